//! What a starter site says, and how it is asked for.

use anyhow::{bail, ensure};
use cds_metadata::rules::invalid_country::{is_country, meant};
use cds_metadata::{CommodityType, Url};

use super::ask::{Question, Respondent};

/// What may be said by flags.
#[derive(Debug, Clone, Default, clap::Args)]
pub(super) struct Flags {
    /// The utility's name, e.g. "Demo Gas & Electric"
    #[arg(long)]
    name: Option<String>,
    /// The host that publishes the documents, e.g. demoutility.com
    #[arg(long, value_name = "HOST")]
    domain: Option<String>,
    /// The country it serves, two letters of ISO 3166, e.g. US
    #[arg(long)]
    country: Option<String>,
    /// What it serves there: electricity, natural_gas, water, … [default: electricity]
    #[arg(long, value_name = "TYPE")]
    commodity: Option<String>,
    /// What the utility is, in a sentence
    #[arg(long)]
    description: Option<String>,
    /// The page about its data access [default: https://DOMAIN/]
    #[arg(long, value_name = "URL")]
    website: Option<String>,
    /// The page with documentation for developers [default: the website]
    #[arg(long, value_name = "URL")]
    documentation: Option<String>,
    /// The page where developers find help [default: the documentation]
    #[arg(long, value_name = "URL")]
    support: Option<String>,
}

impl Flags {
    /// Whether everything is said that has no default; an error names the flags that are missing.
    pub(super) fn ensure_complete(&self) -> anyhow::Result<()> {
        let required = [
            ("--name", &self.name),
            ("--domain", &self.domain),
            ("--country", &self.country),
        ];
        let missing: Vec<_> = required
            .iter()
            .filter(|(_, value)| value.is_none())
            .map(|(flag, _)| *flag)
            .collect();
        ensure!(
            missing.is_empty(),
            "missing: {}; without a terminal nothing can be asked",
            missing.join(", ")
        );
        Ok(())
    }
}

/// What a starter site says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answers {
    pub(super) name: String,
    pub(super) domain: String,
    pub(super) country: String,
    pub(super) commodity: String,
    pub(super) description: String,
    pub(super) website: String,
    pub(super) documentation: String,
    pub(super) support: String,
}

impl Answers {
    /// Takes what the flags say and asks for the rest.
    pub(super) fn gather(flags: Flags, respondent: &mut impl Respondent) -> anyhow::Result<Self> {
        let mut answer = |flag: Option<String>, question: Question<'_>| match flag {
            Some(value) => question.accept(&value),
            None => respondent.answer(&question),
        };
        let name = answer(
            flags.name,
            Question::new("--name", "Name of the utility", text),
        )?;
        let domain = answer(flags.domain, Question::new("--domain", "Its domain", host))?;
        let country = Question::new("--country", "Country, two letters", country_code);
        let country = answer(flags.country, country)?;
        let commodity = Question::new("--commodity", "What it serves", commodity_type);
        let commodity = answer(flags.commodity, commodity.or("electricity"))?;
        let description = format!("{name} publishes here what it offers and where.");
        let described = Question::new("--description", "What it is, in a sentence", text);
        let description = answer(flags.description, described.or(&description))?;
        let page = format!("https://{domain}/");
        let website = Question::new("--website", "Page about its data access", https_url);
        let website = answer(flags.website, website.or(&page))?;
        let documented = Question::new("--documentation", "Page for developers", https_url);
        let documentation = answer(flags.documentation, documented.or(&website))?;
        let support = Question::new("--support", "Page where developers find help", https_url);
        let support = answer(flags.support, support.or(&documentation))?;
        Ok(Self {
            name,
            domain,
            country,
            commodity,
            description,
            website,
            documentation,
            support,
        })
    }
}

fn text(value: &str) -> anyhow::Result<String> {
    ensure!(!value.is_empty(), "this can't be empty");
    ensure!(
        !value.contains(char::is_control),
        "this has a control character in it"
    );
    Ok(value.to_owned())
}

/// A host name (RFC 1123 §2.1) of at least two labels.
fn host(value: &str) -> anyhow::Result<String> {
    let host = value.trim_end_matches('.').to_ascii_lowercase();
    let labels: Vec<_> = host.split('.').collect();
    let is_address = labels.last().is_some_and(|last| last.parse::<u8>().is_ok());
    if host.len() > 253 || labels.len() < 2 || is_address || !labels.iter().all(|it| is_label(it)) {
        bail!(
            "`{value}` is no host name; write it without https:// and path, as in demoutility.com"
        );
    }
    Ok(host)
}

fn is_label(label: &str) -> bool {
    let is_fit = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (1..=63).contains(&label.len())
        && label.bytes().all(is_fit)
        && !label.starts_with('-')
        && !label.ends_with('-')
}

fn country_code(value: &str) -> anyhow::Result<String> {
    let code = value.to_ascii_uppercase();
    if is_country(&code) {
        return Ok(code);
    }
    match meant(value) {
        Some(code) => bail!("`{value}` is not the code of a country; did you mean {code}?"),
        None => bail!("`{value}` is not the code of a country; write its two letters, as in US"),
    }
}

fn commodity_type(value: &str) -> anyhow::Result<String> {
    let words = CommodityType::WORDS;
    let word = value.to_ascii_lowercase().replace([' ', '-'], "_");
    ensure!(
        words.contains(&&*word),
        "`{value}` is none of {}",
        words.join(", ")
    );
    Ok(word)
}

fn https_url(value: &str) -> anyhow::Result<String> {
    let is_https = Url::new(value).parts().is_some_and(|parts| parts.is_https);
    ensure!(is_https, "`{value}` is no URL that begins with https://");
    Ok(value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::init::ask::Nobody;

    fn flags() -> Flags {
        let said = |value: &str| Some(value.to_owned());
        Flags {
            name: said("Demo"),
            domain: said("Demo.Example."),
            country: said("us"),
            ..Flags::default()
        }
    }

    #[test]
    fn what_is_not_said_follows_from_the_domain() {
        let answers = Answers::gather(flags(), &mut Nobody).unwrap();
        assert_eq!(
            (&*answers.domain, &*answers.country),
            ("demo.example", "US")
        );
        assert_eq!(answers.support, "https://demo.example/");
        assert_eq!(answers.commodity, "electricity");
        let website = Some("https://demo.example/data".to_owned());
        let answers = Answers::gather(Flags { website, ..flags() }, &mut Nobody);
        assert_eq!(answers.unwrap().documentation, "https://demo.example/data");
    }

    #[test]
    fn all_missing_flags_are_named_at_once() {
        let error = Flags {
            domain: None,
            country: None,
            ..flags()
        }
        .ensure_complete();
        assert!(
            error
                .unwrap_err()
                .to_string()
                .starts_with("missing: --domain, --country;")
        );
        assert!(flags().ensure_complete().is_ok());
    }

    #[test]
    fn answers_that_make_no_document_are_refused() {
        for domain in [
            "https://demo.example",
            "demo",
            "",
            "demo..example",
            "1.2.3.4",
            "a_b.example",
        ] {
            assert!(host(domain).is_err(), "{domain}");
        }
        assert!(country_code("USA").is_err());
        assert!(commodity_type("tea").is_err());
        assert_eq!(commodity_type("Natural gas").unwrap(), "natural_gas");
        assert!(https_url("http://demo.example/").is_err());
        assert!(https_url("demo.example").is_err());
        assert!(text("").is_err());
        assert!(text("a\x1b[2J").is_err());
        let refused = Flags {
            country: Some("USA".to_owned()),
            ..flags()
        };
        let error = Answers::gather(refused, &mut Nobody).unwrap_err();
        assert!(
            format!("{error:#}").starts_with("--country: `USA`"),
            "{error:#}"
        );
    }

    #[test]
    fn a_country_that_is_none_is_refused_at_once_with_the_one_that_is_meant() {
        assert_eq!(country_code("xk").unwrap(), "XK");
        for (value, words) in [
            ("UK", "did you mean GB?"),
            ("deu", "did you mean DE?"),
            ("Deutschland", "did you mean DE?"),
            ("United States", "did you mean US?"),
            ("zz", "write its two letters"),
            ("", "write its two letters"),
        ] {
            let error = country_code(value).unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        }
    }
}
