//! How documents are delivered to whom they are about.

use crate::definition::words;

/// How a document is delivered (民事诉讼法 第七章第二节, which 行政处罚法第六十一条 names).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// 直接送达
    Direct,
    /// 留置送达
    Left,
    /// 电子送达
    Electronic,
    /// 委托送达
    Entrusted,
    /// 邮寄送达
    Mail,
    /// 转交送达
    Forwarded,
    /// 公告送达
    Announcement,
}

words!(Delivery {
    Direct = "direct",
    Left = "left",
    Electronic = "electronic",
    Entrusted = "entrusted",
    Mail = "mail",
    Forwarded = "forwarded",
    Announcement = "announcement",
});
