//! The text operators of a page: every visible character with its place.

use std::sync::Arc;

use hayro_font::hayro_cmap::BfString;
use hayro_font::kurbo::{Affine, Point, Vec2};
use hayro_font::{CMapResolverFn, Font, FontCache, FontGlyph, FontQuery, FontResolverFn};
use hayro_syntax::Pdf;
use hayro_syntax::content::TypedIter;
use hayro_syntax::content::ops::TypedInstruction;
use hayro_syntax::object::{Name, Number, Object, Stream};
use hayro_syntax::page::{Page, Resources};

use crate::limits::Limits;

const UNITS_PER_EM: f64 = 1000.0;
/// Forms within forms.
const MAX_FORMS: usize = 12;
const MAX_SAVED: usize = 128;
/// Decoded bytes of page contents.
const MAX_CONTENT: usize = 64 << 20;

/// A visible character: where it begins and ends on the upright page, in points, y downward.
#[derive(Clone, Debug)]
pub(crate) struct Glyph {
    pub(crate) text: String,
    pub(crate) start: (f64, f64),
    pub(crate) end: (f64, f64),
    /// Height of its font on the page.
    pub(crate) size: f64,
}

/// The characters of a page.
#[derive(Clone, Debug, Default)]
pub(crate) struct PageGlyphs {
    pub(crate) glyphs: Vec<Glyph>,
}

/// What was read, and whether a limit ended the reading.
pub(crate) struct Glyphs {
    pub(crate) pages: Vec<PageGlyphs>,
    pub(crate) cut_off: bool,
    /// A page's content cannot be unfolded.
    pub(crate) damaged: bool,
}

/// Reads every page.
pub(crate) fn glyphs(pdf: &Pdf, limits: &Limits) -> Glyphs {
    let mut budget = Budget { operators: limits.operators, glyphs: limits.glyphs };
    let cut_off = pdf.pages().len() > limits.pages;
    let mut result = Glyphs { pages: Vec::new(), cut_off, damaged: false };
    let fonts = Fonts::new();
    let mut content = 0_usize;
    for page in pdf.pages().iter().take(limits.pages) {
        let stream = page.page_stream();
        result.damaged |= stream.is_none() && page.raw().contains_key(&b"Contents"[..]);
        content = content.saturating_add(stream.map_or(0, <[u8]>::len));
        if content > MAX_CONTENT {
            result.cut_off = true;
            break;
        }
        let mut reading = Reading::new(page, &fonts, &mut budget);
        reading.run(page.typed_operations(), page.resources(), 0);
        let glyphs = reading.glyphs;
        result.pages.push(PageGlyphs { glyphs });
    }
    result.cut_off |= budget.operators == 0 || budget.glyphs == 0;
    result
}

struct Budget {
    operators: usize,
    glyphs: usize,
}

struct Fonts<'a> {
    cache: FontCache<'a>,
    programs: FontResolverFn,
    cmaps: CMapResolverFn,
}

impl Fonts<'_> {
    fn new() -> Self {
        let programs: FontResolverFn = Arc::new(|query| match query {
            FontQuery::Standard(font) => Some(font.get_font_data()),
            FontQuery::Fallback(query) => Some(query.pick_standard_font().get_font_data()),
        });
        let cmaps: CMapResolverFn = Arc::new(|_| None);
        Self { cache: FontCache::new(), programs, cmaps }
    }
}

#[derive(Clone)]
struct State<'a> {
    matrix: Affine,
    font: Option<Font<'a>>,
    size: f64,
    char_space: f64,
    word_space: f64,
    stretch: f64,
    leading: f64,
    rise: f64,
    visible: bool,
}

struct Reading<'a, 'b> {
    state: State<'a>,
    saved: Vec<State<'a>>,
    text: Affine,
    line: Affine,
    /// Width and height of the upright page.
    page: (f64, f64),
    fonts: &'b Fonts<'a>,
    budget: &'b mut Budget,
    glyphs: Vec<Glyph>,
}

impl<'a, 'b> Reading<'a, 'b> {
    fn new(page: &Page<'a>, fonts: &'b Fonts<'a>, budget: &'b mut Budget) -> Self {
        let (width, height) = page.render_dimensions();
        let state = State {
            matrix: Affine::new(page.initial_transform(true).as_coeffs()),
            font: None,
            size: 1.0,
            char_space: 0.0,
            word_space: 0.0,
            stretch: 1.0,
            leading: 0.0,
            rise: 0.0,
            visible: true,
        };
        Self {
            state,
            saved: Vec::new(),
            text: Affine::IDENTITY,
            line: Affine::IDENTITY,
            page: (f64::from(width), f64::from(height)),
            fonts,
            budget,
            glyphs: Vec::new(),
        }
    }

    fn run(&mut self, mut operators: TypedIter<'_>, resources: &Resources<'a>, depth: usize) {
        while let Some(operator) = operators.next() {
            self.budget.operators = self.budget.operators.saturating_sub(1);
            if self.budget.operators == 0 || self.budget.glyphs == 0 {
                return;
            }
            self.apply(&operator, resources, depth);
        }
    }

    fn apply(
        &mut self,
        operator: &TypedInstruction<'_, '_>,
        resources: &Resources<'a>,
        depth: usize,
    ) {
        use TypedInstruction as Op;
        match operator {
            Op::SaveState(_) if self.saved.len() < MAX_SAVED => self.saved.push(self.state.clone()),
            Op::RestoreState(_) => {
                if let Some(state) = self.saved.pop() {
                    self.state = state;
                }
            }
            Op::Transform(m) => {
                self.state.matrix *= affine([&m.0, &m.1, &m.2, &m.3, &m.4, &m.5]);
            }
            Op::XObject(object) => self.form(object.0, resources, depth),
            Op::CharacterSpacing(value) => self.state.char_space = value.0.as_f64(),
            Op::WordSpacing(value) => self.state.word_space = value.0.as_f64(),
            Op::HorizontalScaling(value) => self.state.stretch = value.0.as_f64() / 100.0,
            Op::TextLeading(value) => self.state.leading = value.0.as_f64(),
            Op::TextRise(value) => self.state.rise = value.0.as_f64(),
            // 3 draws nothing (the text that a scanner recognised lies there), 7 only clips.
            Op::TextRenderingMode(mode) => self.state.visible = !matches!(mode.0.as_i64(), 3 | 7),
            Op::TextFont(font) => {
                self.state.size = font.1.as_f64();
                self.state.font = self.font(font.0, resources);
            }
            Op::BeginText(_) => self.set_line(Affine::IDENTITY),
            Op::SetTextMatrix(m) => {
                self.set_line(affine([&m.0, &m.1, &m.2, &m.3, &m.4, &m.5]));
            }
            Op::NextLine(to) => self.next_line(to.0.as_f64(), to.1.as_f64()),
            Op::NextLineAndSetLeading(to) => {
                self.state.leading = -to.1.as_f64();
                self.next_line(to.0.as_f64(), to.1.as_f64());
            }
            Op::NextLineUsingLeading(_) => self.next_line(0.0, -self.state.leading),
            Op::ShowText(text) => self.show(text.0.as_bytes()),
            Op::NextLineAndShowText(text) => {
                self.next_line(0.0, -self.state.leading);
                self.show(text.0.as_bytes());
            }
            Op::ShowTextWithParameters(text) => {
                self.state.word_space = text.0.as_f64();
                self.state.char_space = text.1.as_f64();
                self.next_line(0.0, -self.state.leading);
                self.show(text.2.as_bytes());
            }
            Op::ShowTexts(texts) => {
                for part in texts.0.iter::<Object<'_>>() {
                    match part {
                        Object::String(text) => self.show(text.as_bytes()),
                        Object::Number(shift) => self.shift(&shift),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }

    fn font(&self, name: &Name<'_>, resources: &Resources<'a>) -> Option<Font<'a>> {
        let dict = resources.get_font(name)?;
        self.fonts.cache.font(&dict, &self.fonts.programs, &self.fonts.cmaps)
    }

    fn form(&mut self, name: &Name<'_>, resources: &Resources<'a>, depth: usize) {
        let Some(stream) = resources.get_x_object(name) else { return };
        let is_form = stream
            .dict()
            .get::<Name<'_>>(&b"Subtype"[..])
            .is_some_and(|subtype| subtype.as_str() == "Form");
        if depth >= MAX_FORMS || !is_form {
            return;
        }
        self.draw_form(&stream, resources, depth);
    }

    fn draw_form(&mut self, stream: &Stream<'a>, resources: &Resources<'a>, depth: usize) {
        let Ok(content) = stream.decoded_data() else { return };
        let own = stream.dict().get(&b"Resources"[..]).map(Resources::new);
        let matrix = stream.dict().get::<[f64; 6]>(&b"Matrix"[..]);
        let (state, text, line) = (self.state.clone(), self.text, self.line);
        let saved = std::mem::take(&mut self.saved);
        if let Some(matrix) = matrix {
            self.state.matrix *= Affine::new(matrix);
        }
        // Unfolding costs as well, also when nothing is in it.
        self.budget.operators = self.budget.operators.saturating_sub(content.len() / 64);
        self.run(TypedIter::new(&content), own.as_ref().unwrap_or(resources), depth + 1);
        (self.state, self.text, self.line, self.saved) = (state, text, line, saved);
    }

    fn set_line(&mut self, matrix: Affine) {
        self.text = matrix;
        self.line = matrix;
    }

    fn next_line(&mut self, x: f64, y: f64) {
        self.set_line(self.line * Affine::translate((x, y)));
    }

    fn shift(&mut self, amount: &Number) {
        let x = -amount.as_f64() / UNITS_PER_EM * self.state.size * self.state.stretch;
        self.text *= Affine::translate((x, 0.0));
    }

    fn show(&mut self, bytes: &[u8]) {
        let Some(font) = self.state.font.clone() else { return };
        let mut at = 0;
        while at < bytes.len() && self.budget.glyphs > 0 {
            let (code, length) = font.read_code(bytes, at);
            at += length.max(1);
            let width = font.code_advance(code);
            let space = if code == 32 && length == 1 { self.state.word_space } else { 0.0 };
            let advance = self.advance(width, font.is_horizontal(), space);
            if self.state.visible {
                let spacing = (self.state.char_space + space) * self.state.stretch;
                let drawn = advance - Vec2::new(spacing, 0.0);
                let text = unicode(&font, code);
                self.emit(text, if font.is_horizontal() { drawn } else { advance });
            }
            self.text *= Affine::translate(advance);
        }
    }

    fn advance(&self, width: Vec2, horizontal: bool, space: f64) -> Vec2 {
        let State { size, char_space, stretch, .. } = self.state;
        if horizontal {
            Vec2::new((width.x / UNITS_PER_EM * size + char_space + space) * stretch, 0.0)
        } else {
            Vec2::new(0.0, width.y / UNITS_PER_EM * size + char_space + space)
        }
    }

    fn emit(&mut self, text: String, advance: Vec2) {
        let place = self.state.matrix * self.text;
        let start = place * Point::new(0.0, self.state.rise);
        let end = place * (Point::new(0.0, self.state.rise) + advance);
        let size = (place * Point::new(0.0, self.state.size) - place * Point::ZERO).hypot();
        let inside = |p: Point| {
            (-2.0..=self.page.0 + 2.0).contains(&p.x) && (-2.0..=self.page.1 + 2.0).contains(&p.y)
        };
        // What lies beside the page cannot be seen.
        if size.is_finite() && size > 0.5 && inside(start) {
            self.budget.glyphs -= 1;
            self.glyphs.push(Glyph { text, start: (start.x, start.y), end: (end.x, end.y), size });
        }
    }
}

fn affine(numbers: [&Number; 6]) -> Affine {
    Affine::new(numbers.map(Number::as_f64))
}

/// What a code stands for. An unknown one leaves a mark: an amount must not lose a digit unseen.
fn unicode(font: &Font<'_>, code: u32) -> String {
    let glyph = font.map_code(code);
    let text = match font.glyph(glyph, code) {
        FontGlyph::Outline(glyph) => glyph.as_unicode(),
        FontGlyph::Type3(glyph) => glyph.as_unicode(),
    };
    match text {
        Some(BfString::Char(c)) => c.to_string(),
        Some(BfString::String(text)) => text,
        None => char::REPLACEMENT_CHARACTER.to_string(),
    }
}
