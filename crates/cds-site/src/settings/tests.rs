use super::*;
use crate::source::Source;

fn read(toml: &str) -> (Settings, Report) {
    let modified = SystemTime::UNIX_EPOCH;
    let bytes = toml.to_owned().into();
    let source = Source {
        path: SETTINGS_FILE.into(),
        bytes,
        modified,
    };
    let mut report = Report::new();
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
    let settings = Settings::read(&Sources::from_iter([source]), now, &mut report);
    (settings, report)
}

#[test]
fn durations_are_written_as_people_write_them() {
    assert_eq!(
        read("max_age = \"1h 30m\"").0.max_age,
        Duration::from_secs(5_400)
    );
    assert_eq!(read("").0.max_age, Duration::from_secs(300));
}

#[test]
fn every_setting_has_an_example_that_is_fine() {
    for (name, example) in EXAMPLES {
        let (_, report) = read(example);
        assert!(report.is_empty(), "{example}: {report:?}");
        let (_, report) = read(&format!("{name}_ = 1"));
        let help = report.findings()[0].help.clone();
        assert_eq!(help, Some(format!("did you mean `{name}`?")), "{name}");
    }
    let error = toml::from_str::<Written>("x = 1").unwrap_err().to_string();
    let names = 2 * (EXAMPLES.len() + 1);
    assert_eq!(error.matches('`').count(), names, "{error}");
}

#[test]
fn faults_are_told_with_their_place() {
    for (toml, line, column, words) in [
        ("# ours\nmax_agee = \"5m\"", 2, 1, "no setting"),
        ("max_age = 5", 1, 11, "not written as"),
        ("max_age = \"soon\"", 1, 11, "no duration"),
        ("page_size = 0", 1, 13, "no size of a page"),
        ("page_size = 10001", 1, 13, "no size of a page"),
        ("page_size = \"200\"", 1, 13, "not written as"),
        ("max_age = ", 1, 11, "is missing"),
        ("moved_to = \"/new\"", 1, 12, "not a complete URL"),
        ("former_paths = [\"/a\", \"b\"]", 1, 23, "not the path"),
        ("former_paths = [\"/\"]", 1, 17, "not the path"),
        (
            "former_paths = [\"/%2Ewell-known/cds-server-metadata.json\"]",
            1,
            17,
            "where the metadata object is now",
        ),
        ("since = 12:00:00", 1, 9, "no date"),
        ("hosts = \"a.example\"", 1, 9, "not written as"),
        (
            "hosts = [\"a.example\", \"http://b.example/\"]",
            1,
            23,
            "is a URL",
        ),
        ("hosts = [\"a.example:80\"]", 1, 10, "has a port"),
        ("maintenance = \"soon\"", 1, 15, "neither `true`"),
        ("[rules]\nnot-http = \"off\"", 2, 1, "no rule"),
        ("[rules]\nnot-https = \"of\"", 2, 13, "not among the words"),
        (
            "[rules]\nmissing-field = \"warning\"",
            2,
            1,
            "always an error",
        ),
        ("[rules]\ninvalid-url = \"off\"", 2, 1, "no further"),
    ] {
        let (_, report) = read(toml);
        let finding = &report.findings()[0];
        assert_eq!(finding.rule, &SETTINGS_INVALID);
        assert!(finding.message.contains(words), "{finding}");
        let place = finding.place.as_ref().unwrap();
        assert_eq!((place.line, place.column), (line, column), "{finding}");
    }
}

#[test]
fn each_fault_is_told_and_what_has_none_is_kept() {
    let toml = "max_age: \"1m\"\npage_size = 0\nmoved = \"for good\"\nhosts = [\"a.example\", 1]\n\
                former_paths = [\"/old\"]\nnope = 1\nsince = 2026-02-30\n\
                [rules]\nnot-https = of\nnear-miss-field = \"of\"\nnot-http = \"off\"\n\
                updated-in-future = \"off\"\n";
    let (settings, mut report) = read(toml);
    report.sort();
    let told: Vec<_> = report
        .findings()
        .iter()
        .map(|finding| {
            let line = finding.place.as_ref().unwrap().line;
            format!(
                "{line}: {}; {}",
                finding.message,
                finding.help.as_deref().unwrap()
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "1: there is no `=` between name and value; write it as in `max_age = \"5m\"`",
            "2: 0 is no size of a page; write one from 1 to 10000",
            "3: `for good` is not among the words for `moved`; \
             write `\"permanent\"` or `\"temporary\"`",
            "4: `hosts` is not written as it must be; \
             write it as in `hosts = [\"www.demoutility.com\"]`",
            "6: there is no setting `nope`; the settings are `former_paths`, `hosts`, \
             `maintenance`, `max_age`, `moved`, `moved_to`, `page_size`, `rules`, `since`",
            "7: this is not TOML: invalid date, expected day between 01 and 28; \
             write it as in `since = 2026-01-31`",
            "9: this text is not in quotation marks; write settings as in `max_age = \"5m\"`; \
             the guide lists them all",
            "10: `of` is not among the words for `near-miss-field`; did you mean `\"off\"`?",
            "11: there is no rule `not-http`; did you mean `not-https`?",
        ]
    );
    assert_eq!(settings.former_paths, ["/old"]);
    let future = rules::find("updated-in-future").unwrap();
    assert_eq!(settings.severities.of(future), None);
}

#[test]
fn lines_that_are_no_toml_are_told_in_words() {
    for (toml, words) in [
        ("{\n  \"max_age\": \"5m\"\n}\n", "this is JSON"),
        ("// ours\nmax_age = \"5m\"", "comments begin with `#`"),
        ("max_age = \u{201C}5m\u{201D}", "a curly quotation mark"),
        ("max_age", "no `=`"),
        ("max age = \"5m\"", "no space"),
        ("max_age = \"5m\";", "nothing follows a setting"),
        ("max_age = 5m", "not in quotation marks"),
        ("former_paths = [\"/a\"", "not TOML: unclosed array"),
        ("hosts = [\n  \"a.example\",\n", "not TOML: unclosed array"),
        ("\0", "no `=`"),
    ] {
        let (_, report) = read(toml);
        let messages: Vec<_> = report.findings().iter().map(|it| &it.message).collect();
        assert_eq!(messages.len(), 1, "{toml}: {messages:?}");
        assert!(messages[0].contains(words), "{toml}: {messages:?}");
    }
}

#[test]
fn a_setting_that_is_there_twice_is_told_so() {
    for (toml, message, help) in [
        (
            "max_age = \"5m\"\nmax_age = \"6m\"\n",
            "`max_age` is written twice",
            "remove one of the two lines",
        ),
        (
            "[rules]\nnot-https = \"off\"\n[rules]\nempty-string = \"off\"\n",
            "`[rules]` is written twice",
            "move what follows it to the other `[rules]`, and remove this line",
        ),
    ] {
        let (_, report) = read(toml);
        let [finding] = report.findings() else {
            panic!("{toml}: {:?}", report.findings());
        };
        assert_eq!(
            (&*finding.message, finding.help.as_deref()),
            (message, Some(help))
        );
    }
}

#[test]
fn hosts_are_named_once_whatever_their_case() {
    let (settings, report) = read("hosts = [\"A.example\", \"a.example.\", \"[0::1]\"]");
    assert!(report.is_empty(), "{report:?}");
    let hosts: Vec<_> = settings.hosts.iter().map(|alias| &*alias.host).collect();
    assert_eq!(hosts, ["a.example", "[::1]"]);
}

#[test]
fn a_maintenance_that_is_over_is_none() {
    let maintenance = |toml| read(toml).0.maintenance;
    // It is 2027-01-15T08:00:00Z.
    assert!(maintenance("maintenance = 2027-01-15T08:01Z").is_some());
    assert_eq!(maintenance("maintenance = 2027-01-15T08:00:00Z"), None);
}

#[test]
fn a_move_of_long_ago_is_told() {
    let slugs = |toml| -> Vec<_> {
        read(toml)
            .1
            .findings()
            .iter()
            .map(|finding| finding.rule.slug)
            .collect()
    };
    assert_eq!(slugs("since = 2024-01-01"), ["moved-too-long-ago"]);
    assert!(slugs("since = 2025-01-01").is_empty());
}
