//! `rules` and `explain`.

use cds_proxy::rules;

use crate::program::Place;

#[test]
fn every_rule_is_listed_and_explained() {
    let place = Place::empty();
    let list = place.run(&["rules"]);
    assert_eq!(list.code, Some(0));
    for rule in rules::all() {
        let line = format!("{:<7} {} ({}", rule.severity, rule.slug, rule.kind.as_str());
        assert!(list.stdout.contains(&line), "{line}");
        let page = place.run(&["explain", rule.slug]);
        assert_eq!(page.code, Some(0));
        assert!(
            page.stdout.contains("\nWhy it matters\n"),
            "{}",
            page.stdout
        );
        assert!(!page.stdout.contains(['#', '\x1b']), "{}", page.stdout);
    }
}

#[test]
fn an_unknown_rule_is_exit_code_2_with_a_guess() {
    let place = Place::empty();
    let ended = place.run(&["explain", "mising-field"]);
    assert_eq!(ended.code, Some(2));
    assert_eq!(
        ended.stderr,
        "error: there is no rule `mising-field`; did you mean `missing-field`?\n"
    );
    let ended = place.run(&["explain", "teapot\x1b[2J"]);
    assert_eq!(
        ended.stderr,
        "error: there is no rule `teapot␛[2J`; `cds-proxy rules` lists them all\n"
    );
}
