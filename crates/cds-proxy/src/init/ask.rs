//! Questions, and who answers them.

use std::io::{BufRead, Write};

use anyhow::{Context, bail};

/// One question.
#[derive(Debug, Clone, Copy)]
pub(super) struct Question<'a> {
    /// The flag that answers it, too.
    flag: &'static str,
    words: &'static str,
    default: Option<&'a str>,
    /// The answer in its proper form, or why it is none.
    check: fn(&str) -> anyhow::Result<String>,
}

impl<'a> Question<'a> {
    pub(super) const fn new(
        flag: &'static str,
        words: &'static str,
        check: fn(&str) -> anyhow::Result<String>,
    ) -> Self {
        Self {
            flag,
            words,
            default: None,
            check,
        }
    }

    /// The question with an answer for who gives none.
    pub(super) const fn or(self, default: &'a str) -> Self {
        Self {
            default: Some(default),
            ..self
        }
    }

    /// Takes the answer that a flag gives.
    pub(super) fn accept(&self, answer: &str) -> anyhow::Result<String> {
        (self.check)(answer.trim()).context(self.flag)
    }
}

/// Who answers questions.
pub(super) trait Respondent {
    /// The answer, in its proper form.
    fn answer(&mut self, question: &Question<'_>) -> anyhow::Result<String>;
}

/// Has no answers but the defaults.
#[derive(Debug)]
pub(super) struct Nobody;

impl Respondent for Nobody {
    fn answer(&mut self, question: &Question<'_>) -> anyhow::Result<String> {
        match question.default {
            Some(default) => question.accept(default),
            None => bail!("missing: {}", question.flag),
        }
    }
}

/// A person at a terminal, who is asked line by line.
#[derive(Debug)]
pub(super) struct Person<R, W> {
    input: R,
    output: W,
}

impl<R: BufRead, W: Write> Respondent for Person<R, W> {
    /// Asks until the answer will do. The end of the input is an error.
    fn answer(&mut self, question: &Question<'_>) -> anyhow::Result<String> {
        loop {
            let answer = self.read_answer(question)?;
            match (question.check)(&answer) {
                Ok(answer) => return Ok(answer),
                Err(error) => writeln!(self.output, "  {error:#}")?,
            }
        }
    }
}

impl<R: BufRead, W: Write> Person<R, W> {
    pub(super) const fn new(input: R, output: W) -> Self {
        Self { input, output }
    }

    fn read_answer(&mut self, question: &Question<'_>) -> anyhow::Result<String> {
        let default = question.default.unwrap_or_default();
        match question.default {
            Some(default) => write!(self.output, "{} [{default}]: ", question.words)?,
            None => write!(self.output, "{}: ", question.words)?,
        }
        self.output.flush()?;
        let mut line = String::new();
        if self
            .input
            .read_line(&mut line)
            .context("the answer can't be read")?
            == 0
        {
            bail!("no answer to {:?}; nothing was written", question.words);
        }
        let answer = line.trim();
        Ok(if answer.is_empty() { default } else { answer }.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use anyhow::ensure;

    use super::*;

    fn even(answer: &str) -> anyhow::Result<String> {
        ensure!(answer.len().is_multiple_of(2), "{answer:?} is odd");
        Ok(answer.to_ascii_uppercase())
    }

    fn conversation(typed: &str, question: Question<'_>) -> (anyhow::Result<String>, String) {
        let mut output = Vec::new();
        let answer = Person::new(typed.as_bytes(), &mut output).answer(&question);
        (answer, String::from_utf8(output).unwrap())
    }

    #[test]
    fn a_wrong_answer_is_asked_for_again() {
        let (answer, said) = conversation("abc\n  ab \n", Question::new("--x", "Even", even));
        assert_eq!(answer.unwrap(), "AB");
        assert_eq!(said, "Even:   \"abc\" is odd\nEven: ");
    }

    #[test]
    fn an_empty_line_takes_the_default() {
        let (answer, said) = conversation("\n", Question::new("--x", "Even", even).or("xy"));
        assert_eq!(
            (answer.unwrap().as_str(), said.as_str()),
            ("XY", "Even [xy]: ")
        );
    }

    #[test]
    fn the_end_of_the_input_ends_the_questions() {
        let (answer, _) = conversation("abc", Question::new("--x", "Even", even));
        assert!(
            answer
                .unwrap_err()
                .to_string()
                .contains("nothing was written")
        );
    }
}
