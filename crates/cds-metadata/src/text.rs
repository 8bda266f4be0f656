//! One file's text and where its lines begin.

use std::cell::{Cell, OnceCell};
use std::ops::Range;

use crate::place::{Excerpt, Place};

/// A file that is valid UTF-8. Its lines are counted only once a place is asked for.
#[derive(Debug)]
pub(crate) struct Text<'s> {
    pub(crate) name: String,
    pub(crate) content: &'s str,
    /// What excerpts are cut from: the content as its author wrote it.
    written: &'s str,
    /// How many lines end before each block of the text. A file of 50 MB may have millions of
    /// lines: where each begins would take more memory than the file.
    ends_before: OnceCell<Vec<usize>>,
    /// The column that was asked for last.
    counted: Cell<Counted>,
}

/// How many characters there are from the beginning of a line to a byte.
#[derive(Debug, Clone, Copy, Default)]
struct Counted {
    line_start: usize,
    offset: usize,
    characters: usize,
}

impl<'s> Text<'s> {
    pub(crate) fn new(name: &str, content: &'s str) -> Self {
        Self {
            name: name.to_owned(),
            content,
            written: content,
            ends_before: OnceCell::new(),
            counted: Cell::default(),
        }
    }

    /// The same file with other content, in which every byte has kept its place.
    pub(crate) fn mended<'m>(&'m self, content: &'m str) -> Text<'m> {
        Text {
            written: self.written,
            ..Text::new(&self.name, content)
        }
    }

    /// Where a part of this text begins.
    pub(crate) fn offset_of(&self, part: &str) -> usize {
        offset_within(self.content, part)
    }

    /// The byte at which a line begins (lines count from 1), or the end of the text.
    pub(crate) fn line_start(&self, line: usize) -> usize {
        let Some(ends) = line.checked_sub(2) else {
            return if line == 1 { 0 } else { self.content.len() };
        };
        let after = self.ends_before().partition_point(|&before| before <= ends);
        let block = after.saturating_sub(1);
        let skipped = self.ends_before().get(block).copied().unwrap_or_default();
        let start = block * BLOCK;
        let rest = self.content.as_bytes().get(start..).unwrap_or_default();
        let end = line_ends(rest).nth(ends - skipped);
        end.map_or(self.content.len(), |end| start + end + 1)
    }

    /// The line that a byte is in, from 1.
    pub(crate) fn line_of(&self, offset: usize) -> usize {
        let offset = offset.min(self.content.len());
        let block = offset / BLOCK;
        let before = self.ends_before().get(block).copied().unwrap_or_default();
        before + line_ends(&self.content.as_bytes()[block * BLOCK..offset]).count() + 1
    }

    /// The place of some bytes. Bytes outside the text are taken as its end.
    pub(crate) fn place(&self, span: Range<usize>) -> Place {
        let start = self.written.floor_boundary(span.start);
        let end = self.written.floor_boundary(span.end).max(start);
        let line = self.line_of(start);
        let line_start = self.line_start(line);
        Place {
            line,
            column: self.characters(line_start, start) + 1,
            span: start..end,
            excerpt: self.excerpt(line, start..end),
        }
    }

    /// How many characters stand before a byte in its line.
    ///
    /// Counted on from the byte that was asked for last: findings come in the order of the text,
    /// and a minified document is one line of megabytes.
    fn characters(&self, line_start: usize, offset: usize) -> usize {
        let last = self.counted.get();
        let goes_on = last.line_start == line_start && last.offset <= offset;
        let from = if goes_on {
            last
        } else {
            Counted {
                line_start,
                offset: line_start,
                characters: 0,
            }
        };
        let characters = from.characters + self.written[from.offset..offset].chars().count();
        self.counted.set(Counted {
            line_start,
            offset,
            characters,
        });
        characters
    }

    fn excerpt(&self, line: usize, span: Range<usize>) -> Excerpt {
        let line_start = self.line_start(line);
        let whole = &self.content[line_start..self.line_start(line + 1)];
        let line_end = line_start + whole.trim_end_matches(['\r', '\n']).len();
        let mark_start = span.start.min(line_end);
        let mark_end = span.end.clamp(mark_start, line_end);

        let window = if line_end - line_start <= WINDOW {
            line_start..line_end
        } else {
            let start = mark_start.saturating_sub(WINDOW / 4).max(line_start);
            let end = (start + WINDOW).min(line_end);
            self.written.floor_boundary(start)..self.written.floor_boundary(end)
        };
        let mark_end = mark_end.min(window.end).max(mark_start);
        Excerpt {
            text: self.written[window.clone()].to_owned(),
            mark: mark_start - window.start..mark_end - window.start,
            cut_before: window.start > line_start,
            cut_after: window.end < line_end,
        }
    }

    fn ends_before(&self) -> &[usize] {
        self.ends_before.get_or_init(|| {
            let blocks = self.content.as_bytes().chunks(BLOCK);
            let counts = blocks.scan(0, |sum, block| {
                *sum += line_ends(block).count();
                Some(*sum)
            });
            std::iter::once(0).chain(counts).collect()
        })
    }
}

/// How many bytes are a block.
const BLOCK: usize = 4096;

/// Where lines end.
fn line_ends(bytes: &[u8]) -> impl Iterator<Item = usize> {
    let numbered = bytes.iter().enumerate();
    numbered.filter_map(|(index, byte)| (*byte == b'\n').then_some(index))
}

/// How many bytes of a long line an excerpt shows: two lines of a terminal.
const WINDOW: usize = 160;

/// Where `part`, a slice of `whole`, begins in it.
pub(crate) fn offset_within(whole: &str, part: &str) -> usize {
    part.as_ptr().addr().saturating_sub(whole.as_ptr().addr())
}

/// [`str::floor_char_boundary`], which is not in the oldest Rust that this crate supports.
pub(crate) trait FloorBoundary {
    fn floor_boundary(&self, index: usize) -> usize;
}

impl FloorBoundary for str {
    /// The nearest character boundary at or before `index`.
    fn floor_boundary(&self, index: usize) -> usize {
        let index = index.min(self.len());
        (0..=index)
            .rev()
            .find(|&at| self.is_char_boundary(at))
            .unwrap_or(0)
    }
}

impl Place {
    /// The place of some bytes of a text. Bytes outside the text are taken as its end.
    pub fn of(content: &str, span: Range<usize>) -> Self {
        Text::new("", content).place(span)
    }

    /// The places of many parts of one text, whose lines are counted only once.
    pub fn of_each(content: &str, spans: impl IntoIterator<Item = Range<usize>>) -> Vec<Self> {
        let text = Text::new("", content);
        spans.into_iter().map(|span| text.place(span)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_lines_end_at_newlines() {
        let text = Text::new("f", "a\r\nüü!x\n");
        let place = text.place(8..9);
        assert_eq!((place.line, place.column), (2, 4));
        assert_eq!(place.excerpt.text, "üü!x");
        assert_eq!(&place.excerpt.text[place.excerpt.mark], "x");
        let end = text.place(usize::MAX..usize::MAX);
        assert_eq!((end.line, end.column), (3, 1));
    }

    #[test]
    fn lines_are_counted_over_blocks() {
        for gap in [0, 1, BLOCK - 2, BLOCK - 1, BLOCK, 3 * BLOCK + 7] {
            let content = format!("{}\n", "x".repeat(gap)).repeat(5);
            let text = Text::new("f", &content);
            let starts: Vec<_> = (0..6).map(|line| line * (gap + 1)).collect();
            for (index, start) in starts.into_iter().enumerate() {
                assert_eq!(text.line_of(start), index + 1, "{gap}");
                assert_eq!(text.line_start(index + 1), start, "{gap}");
            }
            assert_eq!(text.line_start(7), content.len());
            assert_eq!(text.line_start(0), content.len());
        }
    }

    #[test]
    fn a_long_line_is_cut_to_a_window_around_the_place() {
        let content = format!("{}MARK{}", "ä".repeat(5_000), "z".repeat(5_000));
        let text = Text::new("f", &content);
        let excerpt = text.place(10_000..10_004).excerpt;
        assert_eq!(&excerpt.text[excerpt.mark.clone()], "MARK");
        assert!(excerpt.cut_before && excerpt.cut_after);
        assert!(excerpt.text.len() <= WINDOW);
    }

    #[test]
    fn a_span_over_several_lines_is_marked_to_the_end_of_the_first() {
        let text = Text::new("f", "{ \"a\": [\n1,\n2]}");
        let excerpt = text.place(7..15).excerpt;
        assert_eq!(&excerpt.text[excerpt.mark], "[");
    }
}
