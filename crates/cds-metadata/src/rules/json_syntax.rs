//! `json-syntax`

use crate::rule;

rule! {
    /// ## What it checks
    ///
    /// The file is JSON in UTF-8: no comma after a last element, no comments, straight double
    /// quotation marks, every bracket closed, no byte order mark, at most 127 levels of nesting.
    ///
    /// ## Why it matters
    ///
    /// A document that is no JSON can't be read by anyone. The examples printed in the
    /// specification have commas after last elements: copied as they are, they break this rule.
    ///
    /// ## Example
    ///
    /// ```json
    /// { "infrastructure_types": ["distribution_utility",] }
    /// ```
    ///
    /// ## Mend
    ///
    /// Correct the place that the finding names. Mistakes often stand just before it: a missing
    /// comma or quotation mark is noticed at the next thing that doesn't fit.
    pub static JSON_SYNTAX: Rule = "json-syntax", Error, Spec, "RFC 8259", structural;
}
