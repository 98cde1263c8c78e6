//! The page of a subject's own file, as a browser is given it: in the reader's language, with nothing inline and nothing from
//! elsewhere, and without anything of anybody in it.

use crate::gate::serve;

#[test]
fn the_page_is_in_the_readers_language_and_may_run_nothing_but_its_own_files() {
    let server = serve("portal", None);
    for (accepted, tag, says) in [("zh-CN", "zh-cn", "本人信用档案"), ("en", "en", "Your own credit file")]
    {
        let page = server.get_with("/portal", &format!("accept-language: {accepted}\r\n"));
        assert_eq!(page.status, 200);
        assert!(page.text().contains(says) && page.head.contains(&format!("content-language: {tag}")));
    }
    for (path, media) in [
        ("/portal", "text/html"),
        ("/portal/portal.js", "text/javascript"),
        ("/portal/portal.css", "text/css"),
        ("/portal/words.json", "application/json"),
    ] {
        let file = server.get(path);
        assert_eq!(file.status, 200, "{path}");
        for field in [
            format!("content-type: {media}"),
            "content-security-policy: default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';".into(),
            "referrer-policy: no-referrer".into(),
            "x-content-type-options: nosniff".into(),
        ] {
            assert!(file.head.contains(&field), "{path}: {field} in {}", file.head);
        }
        assert!(!file.head.contains("unsafe"), "{}", file.head);
        // A code in the query would be in logs, and is refused.
        assert_eq!(server.get(&format!("{path}?code=a")).problem(), "invalid-parameter");
    }
    let words = server.get("/portal/words.json").json();
    assert_eq!(words["values"]["kind"]["subject.verified"]["zh"], "核验身份");
    server.finish();
}
