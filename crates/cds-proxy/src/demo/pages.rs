//! The portal's pages.

use maud::{DOCTYPE, Markup, html};

pub(super) fn home() -> Markup {
    page(
        "Welcome",
        &html! {
            p { "Electricity, gas and water for Port Demo and the valley of the Quartz River." }
            p { "Power out? Look at the " a href="/outages" { "outage map" } "." }
        },
    )
}

pub(super) fn outages() -> Markup {
    let outages = [
        ("Harbour Street", 214, "Crew on site", "14:30"),
        ("Upper Quartz", 37, "Crew on its way", "16:00"),
        ("Mill Lane", 3, "Reported", "not known yet"),
    ];
    page(
        "Outage map",
        &html! {
            img src="/maps/electric.svg" alt="Map of the electric service territories" width="500";
            table {
                tr { th { "Where" } th { "Customers" } th { "State" } th { "Back by" } }
                @for (place, customers, state, until) in outages {
                    tr { td { (place) } td { (customers) } td { (state) } td { (until) } }
                }
            }
        },
    )
}

pub(super) fn login(complaint: Option<&str>) -> Markup {
    page(
        "My account",
        &html! {
            @if let Some(complaint) = complaint { p role="alert" { (complaint) } }
            form method="post" action="/login" {
                p { label { "User name " input name="user" autocomplete="username"; } }
                p { label { "Password " input name="password" type="password"; } }
                p { button { "Log in" } }
            }
        },
    )
}

pub(super) fn welcome(user: &str) -> Markup {
    page(
        "My account",
        &html! {
            p { "Hello " (user) ". This utility is fictional, and so is your bill." }
        },
    )
}

pub(super) fn data_access() -> Markup {
    page(
        "Data access",
        &html! {
            p {
                "Programs find what we offer in our "
                a href="/.well-known/cds-server-metadata.json" { "server metadata" }
                " and where we offer it in the " a href="/cds-coverage.json" { "coverage listing" }
                "."
            }
        },
    )
}

pub(super) fn smart_inverters() -> Markup {
    page(
        "Smart inverters",
        &html! {
            p { "Set your inverter to the IEEE 1547 profile of your territory and register it." }
        },
    )
}

pub(super) fn contact() -> Markup {
    page(
        "Contact us",
        &html! {
            p { "Call 555-0100, day and night. Developers write to developers@demoutility.com." }
        },
    )
}

pub(super) fn not_found() -> Markup {
    page("Page not found", &html! { p { "There is no such page." } })
}

pub(super) fn not_allowed() -> Markup {
    page(
        "Not possible",
        &html! { p { "This page can only be looked at." } },
    )
}

fn page(title: &str, content: &Markup) -> Markup {
    let links = [
        ("/", "Home"),
        ("/outages", "Outage map"),
        ("/login", "My account"),
        ("/data-access", "Data access"),
        ("/contact-us", "Contact"),
    ];
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width";
                title { (title) " – Demo Gas & Electric" }
                style { (STYLE) }
            }
            body {
                header { strong { "Demo Gas & Electric" } }
                nav { @for (path, name) in links { a href=(path) { (name) } " " } }
                main { h1 { (title) } (content) }
            }
        }
    }
}

const STYLE: &str = "body{font:16px/1.5 Verdana,sans-serif;max-width:44em;margin:auto;padding:1em}\
    header{background:#1d4f7c;color:#fff;padding:.6em}nav{padding:.6em;background:#e8eef4}\
    nav a{margin-right:1em}table{border-collapse:collapse}td,th{border:1px solid #bbb;padding:.3em .6em}";
