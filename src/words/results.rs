//! What commands say that went well, and what they say while they are at it.

use ledger_spec::wording::Wording;

const fn w(en: &'static str, zh: &'static str) -> Wording {
    Wording { en, zh }
}

/// By command.
#[rustfmt::skip] // one wording a line
pub(super) const RESULTS: &[Wording] = &[
    // What is shown while it takes time.
    w("reading the log", "正在读取日志"),
    w("reading the copy", "正在读取副本"),
    w("rebuilding", "正在重新生成"),
    w("auditing", "正在审计"),
    w("copying", "正在复制"),
    w("importing", "正在导入"),
    w("importing states", "正在导入各期名单"),
    w("no longer shown in the list as published on this day", "该日公布的名单不再列明"),
    w("adopting", "正在列入目录"),
    w("asking for the catalogue", "正在读取目录"),
    // What frames others.
    w("{}{}", "{}{}"),
    w("{}\n{}", "{}\n{}"),
    w("... --after {}", "……　--after {}"),
    w("... --before {}", "……　--before {}"),
    // code.
    w("opens the subject's own file once, until {}", "可打开本人信用档案一次，有效期至 {}"),
    // init, keygen, rebuild, rotate, erase.
    w("made {}; secret keys: {}", "已新建 {0}；私钥文件：{1}"),
    w("secret key: {}", "私钥文件：{}"),
    w("salt key made: {}; keep it, also when the signing key is replaced: by it a table that comes in again is known to be the same", "已生成盐密钥：{}；请妥善保存，更换签名密钥时也应保留：再次导入同一表格时据此识别"),
    w("rebuilt from {} entries", "已由 {} 个条目重新生成"),
    w("pseudonyms are of epoch {} now", "假名现为第 {} 期"),
    w("erased {} entries and {} single fields", "已删除 {0} 个条目和 {1} 个单独字段"),
    w("what lies beside what they name is damaged", "其所列内容以外的文件已损坏"),
    w("no auditing witness has cosigned a checkpoint over all that they name yet, which a running server collects", "尚无审计见证方联署涵盖其全部所列内容的检查点（由运行中的服务收集）"),
    w("ID, ID:ZH:EN or ID:ZH:EN:KEY is expected", "应为“代号”、“代号:中文名:英文名”或者“代号:中文名:英文名:公钥”"),
    w("the key is neither 64 hex digits nor base64url of 32 bytes", "公钥应为 64 位十六进制数字，或者 32 字节的 base64url 编码"),
    // serve.
    w("stopping: what is queued is finished first", "正在停止：先办完待处理事项"),
    w("Serving until Ctrl-C.", "服务已启动，按 Ctrl-C 停止。"),
    // audit.
    w("{}: signed by {}", "{0}：已由 {1} 签署"),
    w("the folder names no master key, so this audit was blind and has nothing to state", "目录未指定主密钥，本次审计未开启内容，不能出具声明"),
    w("right: {} entries of {}{}, root {}, checkpoint verified with {}: {}", "核验无误：{1} 的 {0} 个条目{2}，树根 {3}，检查点以{4}验证：{5}"),
    w("{} signatures verified, {} admissions asked again, {} authorities{}{}", "验证签名 {0} 个，重新核对记载 {1} 项，涉及单位 {2} 个{3}{4}"),
    w("the given key", "所给公钥"),
    w("the key that entry 0 names", "第 0 号条目所载公钥"),
    w(", {} of them known from an earlier audit", "（其中 {} 个已经此前审计）"),
    w("; everything was opened", "；全部内容均已开启"),
    w("; everything was opened but {} that are erased, each as an order names it: what they said cannot be looked at any more", "；除依删除决定删除的 {} 个条目（内容已不能查看）外，全部内容均已开启"),
    w("; {} sealed entries were not opened: of them it is shown that they stand there", "；{} 个加密条目未开启，只证明其存在"),
    w("; of {} single fields too nothing is left, each as an order names it", "；另有 {} 个单独字段已依删除决定删除"),
    w("; which personal fields are kept beside events was not seen", "；未查看事项之外存有哪些个人信息字段"),
    // follow, monitor, witness.
    w("verified and copied entries {} to {}, root {} ({})", "已核验并复制第 {0} 至 {1} 号条目（不含末号），树根 {2}（{3}）"),
    w("sealed entries opened", "加密条目已开启"),
    w("blind: sealed entries not opened", "加密条目未开启"),
    w("witness {}: {}", "见证方 {0}：{1}"),
    w("all is well again", "已恢复正常"),
    w("blind: of sealed entries nothing is told; with --auditor-key the ledger gives what opens them", "未持有开启材料：不报告加密条目的内容；使用 --auditor-key 由台账提供开启材料"),
    w("{}: the report is kept in {}, and the others go on", "{0}：该报告已另存于 {1}，其余报告照常发送"),
    w("--webhook {}: {}", "--webhook {0}：{1}"),
    w("--command {}: {}", "--command {0}：{1}"),
    w("exit status: {}", "退出状态 {}"),
    w("{}: a number of s, m, h or d is expected, such as 24h", "{}：应为数字加 s（秒）、m（分）、h（时）或 d（日），如 24h"),
    // import.
    w("{} rows: {} placed, {} there before, {} refused", "共 {0} 行：新记载 {1} 行，此前已记载 {2} 行，未予记载 {3} 行"),
    w("{} states: {} entered, {} removed; {} events appended", "共 {0} 期名单：列入 {1} 项，移出 {2} 项；新记载 {3} 项"),
    w("passed over: {}", "已略过：{}"),
    w("{}: rows that stay changed places; they stay where they were entered, the members are the same", "{}：留存各行的顺序有变动；名单成员不变，仍按列入时的位置排列"),
    w("the cell says {}", "单元格的内容为 {}"),
    w("the mapping translates only {}", "映射文件只对应下列值：{}"),
    // catalogue.
    w("{} new, {} amended, {} repealed, {} late; {} as they are", "新增 {0} 项，修改 {1} 项，废止 {2} 项，滞后 {3} 项；无变动 {4} 项"),
    w("{} {} from {}{}", "{0} {1}，自 {2} 起{3}"),
    w(": {}", "：{}"),
    w("{} {} from {}, when the ledger's newest counts from {} ({})", "{0} {1}，自 {2} 起，而台账现行版本自 {3} 起（{4}）"),
    w("new", "新增"),
    w("amended", "修改"),
    w("repealed", "废止"),
    w("late", "滞后"),
    w(" (and {} more refused)", "（另有 {} 项未予记载）"),
    w("sort", "类别"),
    w("tables", "数量"),
    w("of which unsure", "其中待核实"),
    // scenario.
    w("{} cases, each as it says", "{} 个案例，结果均与案例所载相符"),
    w("ok", "相符"),
    w("wrong", "不符"),
    // retention.
    w("{} orders drafted in {}", "已在 {1} 中写入 {0} 份删除决定草稿"),
    w("entry {}: more goes with it than one order names: a court is to be asked", "第 {} 号条目：须一并删除的条目超过一份决定的上限，应当由法院决定"),
    w("there is no record that the law lets go", "没有依法可以删除的记录"),
    // code.
    w("--subject is expected", "应填写 --subject"),
    w("--page: a URL that begins with https:// or http:// is expected", "--page：应为以 https:// 或 http:// 开头的网址"),
    // unusual.
    w("--usual: a number from 1 on is expected", "--usual：应填写不小于 1 的整数"),
    w("{} incidents drafted in {}", "已在 {1} 中写入 {0} 份事件草稿"),
    w("nobody read more than is usual", "没有超出通常范围的查询"),
    w("{} different subjects looked at in the hour from {}:00 of {}; {} are usual", "{2} {1}时起一小时内查询主体{0}个，通常不超过{3}个"),
    w("{} different subjects looked at off hours, in the hour from {}:00 of {}; {} are usual", "{2} {1}时起一小时内（非工作时间）查询主体{0}个，通常不超过{3}个"),
    w("{} different subjects looked at on {}; {} are usual", "{1} 当日查询主体{0}个，通常不超过{2}个"),
    w("{} looks in the hour from {}:00 of {}; {} are usual", "{2} {1}时起一小时内查询{0}次，通常不超过{3}次"),
    w("{} ({})\n  {}\n  what exceeds it was for {}, in {} matters; entries {} to {} of the access journal", "{0}（{1}）\n  {2}\n  超出部分的用途：{3}；所办事项{4}件；查询日志第{5}号至第{6}号条目"),
    // verify.
    w("right: {} that says it is entry {}, {} signature(s) hold; whether it stands in a ledger is not shown", "核验无误：{0}，自称为第 {1} 号条目，{2} 个签名有效；是否已记入台账未经证明"),
    w("right: entry {} of {}, under its checkpoint over {} entries{}{}\n  {} {} by {} about {}, recorded {}", "核验无误：{1} 的第 {0} 号条目，由其涵盖 {2} 个条目的检查点证明{3}{4}\n  {5} {6}，记载单位 {7}，主体 {8}，记载于 {9}"),
    w("all of it was opened and found right at {}{}", "已于 {0} 全部开启并审计无误{1}"),
    w(", but for what is erased: {}", "，已删除的除外：{}"),
    w("right: the auditor's statement about {}, {} entries, root {}\n  {}", "核验无误：审计单位对 {0} 的声明，{1} 个条目，树根 {2}\n  {3}"),
    w("right: checkpoint of {} over {} entries, root {}{}{}", "核验无误：{0} 涵盖 {1} 个条目的检查点，树根 {2}{3}{4}"),
    w(", which begins with the {} entries of the older one", "，其前 {} 个条目与较早的检查点一致"),
    w(", cosigned by {}", "，已由 {} 联署"),
    // demo.
    w("1. A new ledger in {}, served at {}; keys in {}", "1. 在 {0} 新建台账，服务地址 {1}，密钥在 {2}"),
    w("2. Registrar, steward, two departments and an auditor enrolled; the list adopted", "2. 登记机关、目录管理方、两个部门和一个审计单位已登记，名单已列入目录"),
    w("3. {} states of the list came in through a migration: {} entries and {} removals, signed", "3. {0} 期名单已经迁移记入台账：列入 {1} 项，移出 {2} 项，均经签署"),
    w("4. One subject's standing, before and after, by the time at which facts hold:", "4. 同一主体在先后两个时点的信用状况："),
    w("5. Repair applied for; its receipt verified offline with {}:\n   {}", "5. 已申请信用修复；其回执以 {0} 离线核验：\n   {1}"),
    w("6. What entry {} shows, to whom:", "6. 第 {} 号条目，不同的人所见："),
    w("   a stranger, {} bytes: number {}, recorded {}, the entry before, a commitment, and nothing else\n   {}", "   公众，共 {0} 字节：序号 {1}、记载时间 {2}、前一条目和承诺值，别无其他\n   {3}"),
    w("   an auditor, who is given what opens it, the event that it was made of:\n   {}", "   审计单位，取得开启材料，可见原事项：\n   {}"),
    w("7. Repair accepted and granted, which ends publicity; the standing now:", "7. 修复申请已受理并准予，停止公示；现在的信用状况："),
    w("there is no access journal ({}): who looked is not known here, and a server answers nothing beyond what is public", "没有查询日志（{}）：此处不掌握何人查阅，服务器只提供公开内容"),
    w("8. The whole ledger audited from outside, with what the auditor is given: right, {} entries, root {}", "8. 审计单位凭取得的开启材料从外部审计全部台账：无误，{0} 个条目，树根 {1}"),
    w("   and every file of its folder: right", "   目录中的全部文件：无误"),
    w("\nTry next:\n{}\n", "\n可以继续尝试：\n{}\n"),
    w("nothing opens entry {}", "没有第 {} 号条目的开启材料"),
    w("was not made by a demo, and is left alone; --dir names another", "不是演示所建，不作改动；请用 --dir 另行指定"),
    w("{}, enrolled by the registrar: {}", "由登记机关登记 {0}：{1}"),
    // Whose cosignatures are missing.
    w("{} has cosigned {} entries, and the ledger shows fewer", "{0} 已联署 {1} 个条目，而台账所示较少"),
    w("{} has cosigned last at {}", "{0} 最近一次联署于 {1}"),
    w("{} has cosigned {} entries; the next was recorded at {}", "{0} 已联署 {1} 个条目，其后的条目记载于 {2}"),
    w("the ledger shows no cosignature of {}", "台账没有 {} 的联署"),
    // What comes instead of an answer.
    w("a JSON object", "JSON 对象"),
    w("a list's rows, one JSON object a line", "名单各行（每行一个 JSON 对象）"),
    w("a signed checkpoint", "签名检查点"),
    w("an object of texts", "各值均为文字的对象"),
    w("it breaks off within a line", "在一行中间中断"),
    w("column {} stands twice", "栏目 {} 重复出现"),
    // What a server answered.
    w("{} ({})", "{0}（{1}）"),
    w("{}. What to do: {}", "{0}。办法：{1}"),
    w("--purpose, --case and --visible-from go with --key", "--purpose、--case 和 --visible-from 应与 --key 同用"),
    w("a purpose is expected, one of {}", "应填写下列用途之一：{}"),
    w("a matter of 1 to 128 characters is expected", "应填写 1 至 128 个字符的事项"),
    w("restricted or court is expected", "应为经授权者（restricted）或法院（court）"),
    w("public, shared, restricted or court is expected", "应为公众（public）、政务部门（shared）、经授权者（restricted）或法院（court）"),
    // Help.
    w("[default: {}]", "[默认：{}]"),
    w("[possible: {}]", "[可选：{}]"),
];
