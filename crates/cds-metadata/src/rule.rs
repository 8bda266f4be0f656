//! What a rule is; the rules themselves are in [`crate::rules`].

use crate::severity::Severity;

/// One rule that documents are held to.
///
/// Declared by [`rule!`](crate::rule!). Rules are compared by their slug.
#[derive(Debug)]
#[non_exhaustive]
pub struct Rule {
    /// The stable kebab-case name, e.g. `geographic-without-map`.
    pub slug: &'static str,
    /// The severity of its findings unless settings change it.
    pub severity: Severity,
    /// Where the rule comes from.
    pub kind: Kind,
    /// The section that asks for it, e.g. `CDS-WG1-01 §4.4`.
    pub section: &'static str,
    /// Whether a site can't be built when it is broken, so that it can't be lowered.
    pub structural: bool,
    /// The rule's doc comment as it stands: what it checks, why it matters, an example, the mend.
    /// [`Rule::page`] is the same to read.
    pub docs: &'static str,
}

impl Rule {
    /// What [`rule!`](crate::rule!) makes a rule by, in any crate.
    #[doc(hidden)]
    pub const fn declared(
        slug: &'static str,
        severity: Severity,
        kind: Kind,
        section: &'static str,
        structural: bool,
        docs: &'static str,
    ) -> Self {
        Self {
            slug,
            severity,
            kind,
            section,
            structural,
            docs,
        }
    }

    /// The rule's page in Markdown: [`Rule::docs`] without the space that each line of a doc
    /// comment begins with.
    pub fn page(&self) -> String {
        let lines = self
            .docs
            .lines()
            .map(|line| line.strip_prefix(' ').unwrap_or(line));
        let mut page = lines.collect::<Vec<_>>().join("\n").trim().to_owned();
        page.push('\n');
        page
    }

    /// What the rule checks, in one sentence on one line.
    pub fn summary(&self) -> String {
        let lines = self.docs.lines().map(str::trim);
        let text = lines.skip_while(|line| line.starts_with('#') || line.is_empty());
        let paragraph: Vec<_> = text.take_while(|line| !line.is_empty()).collect();
        let paragraph = paragraph.join(" ");
        match paragraph.split_once(". ") {
            Some((first, _)) => format!("{first}."),
            None => paragraph,
        }
    }
}

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.slug == other.slug
    }
}

impl Eq for Rule {}

/// Where a rule comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Kind {
    /// The specification, or a standard that it cites, asks for it.
    Spec,
    /// Clients in the field stumble without it.
    Interop,
    /// Good practice.
    Advice,
}

impl Kind {
    /// Why a rule of this kind is held to, in a sentence.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Spec => "The specification asks for it.",
            Self::Interop => "Clients in the field stumble without it.",
            Self::Advice => "Good practice.",
        }
    }

    /// The name as it is printed: `spec`, `interop` or `advice`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Spec => "spec",
            Self::Interop => "interop",
            Self::Advice => "advice",
        }
    }
}

/// Declares a rule: its doc comment is both what rustdoc shows and [`Rule::docs`].
///
/// ```
/// cds_metadata::rule! {
///     /// ## What it checks
///     /// That the sky is blue.
///     pub static SKY_NOT_BLUE: Rule = "sky-not-blue", Warning, Advice, "CDS-WG1-01 §0";
/// }
/// assert_eq!(SKY_NOT_BLUE.page(), "## What it checks\nThat the sky is blue.\n");
/// assert_eq!(SKY_NOT_BLUE.summary(), "That the sky is blue.");
/// ```
///
/// The word `structural` after the section marks a rule that can't be lowered.
#[macro_export]
macro_rules! rule {
    (
        $(#[doc = $doc:literal])*
        $vis:vis static $name:ident: Rule =
            $slug:literal, $severity:ident, $kind:ident, $section:literal $(, $structural:ident)?;
    ) => {
        $(#[doc = $doc])*
        $vis static $name: $crate::Rule = $crate::Rule::declared(
            $slug,
            $crate::Severity::$severity,
            $crate::Kind::$kind,
            $section,
            $crate::rule!(@structural $($structural)?),
            concat!($($doc, "\n"),*),
        );
    };
    (@structural) => { false };
    (@structural structural) => { true };
}
