use proptest::prelude::*;

use super::*;

/// The events, written shortly; `Err` holds the problem and its line.
fn read(text: &[u8]) -> Result<String, (String, u64)> {
    let mut xml = Xml::new(text, "f.xml");
    let mut events = String::new();
    loop {
        match xml.next_event() {
            Ok(Some(Event::Open { name, attributes })) => {
                events.push_str(&format!("<{name}"));
                for (name, value) in attributes {
                    events.push_str(&format!(" {name}={value}"));
                }
                events.push('>');
            }
            Ok(Some(Event::Text(text))) => events.push_str(&text),
            Ok(Some(Event::Close { name })) => events.push_str(&format!("</{name}>")),
            Ok(None) => return Ok(events),
            Err(Error::Source { problem, line, .. }) => return Err((problem.to_owned(), line)),
            Err(other) => panic!("{other}"),
        }
    }
}

#[test]
fn elements_text_and_entities_are_read() {
    for (text, expected) in [
        ("<?xml version='1.0' encoding='UTF-8'?>\n<a/>\n", "<a></a>"),
        ("\u{feff}<a b=\"1\" c='&lt;x&gt;'>t</a>", "<a b=1 c=<x>>t</a>"),
        ("<g:a xmlns:g=\"u\"><!-- <b> --><![CDATA[<&]]></g:a>", "<a g=u><&</a>"),
        ("<a>&amp;&#65;&#x42;&quot;&apos;</a>", "<a>&AB\"'</a>"),
        ("<a b=\"x>y\"><c/></a>", "<a b=x>y><c></c></a>"),
    ] {
        assert_eq!(read(text.as_bytes()).as_deref(), Ok(expected), "{text}");
    }
}

#[test]
fn what_is_no_xml_or_could_expand_is_refused() {
    let bomb = "<!DOCTYPE a [<!ENTITY b 'bbbbbbbb'>]>\n<a>&b;</a>";
    let deep = ["<a>".repeat(DEPTH_MAX + 1), "</a>".repeat(DEPTH_MAX + 1)].concat();
    for text in [
        "",
        "text",
        "<a>",
        "<a></b>",
        "<a/><b/>",
        "<a b=1/>",
        "<a b='1' b='2'/>",
        "<a",
        "<a>&b;</a>",
        "<a>&#xFFFFFFFF;</a>",
        "<a>&amp</a>",
        "<a/>text",
        "<a <b/>/>",
        "<?xml encoding='latin-1'?><a/>",
        bomb,
        &deep,
    ] {
        assert!(read(text.as_bytes()).is_err(), "{text}");
    }
    assert!(read(bomb.as_bytes()).is_err_and(|(problem, _)| problem.contains("entities")));
    assert_eq!(read(b"<a>\n\n<b></c></a>").map_err(|(_, line)| line), Err(3));
    let deepest = ["<a>".repeat(DEPTH_MAX), "</a>".repeat(DEPTH_MAX)].concat();
    assert!(read(deepest.as_bytes()).is_ok());
    assert!(read(b"<a>\xff</a>").is_err());
    let long = format!("<a>{}</a>", "x".repeat(PIECE_BYTES_MAX + 1));
    assert!(read(long.as_bytes()).is_err_and(|(problem, _)| problem.contains("1 MiB")));
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(text in "[<>/a&;!?\\-\\[\\]=\"' \n]{0,60}") {
        let is_answered = matches!(read(text.as_bytes()), Ok(_) | Err(_));
        prop_assert!(is_answered);
    }
}
