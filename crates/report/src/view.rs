//! How wide a screen is, whether it has colours, and how commands are to be written on it.

use anstyle::{AnsiColor, Style};

/// What a screen is made for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// Columns.
    pub width: usize,
    /// Colours only underline what the words say; without them nothing is lost.
    pub colour: bool,
    /// The path that the command was given, as it is to be typed again; `.` is left out of suggested commands.
    pub path: String,
    /// The component that the command was given, as it is to be typed again.
    pub component: Option<String>,
    /// What the project at the repository's root is called.
    pub project: String,
}

/// What a piece of text is, and with it how it looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Tone {
    #[default]
    Plain,
    Heading,
    Good,
    Held,
    Bad,
    Quiet,
}

impl View {
    /// A view for the current folder.
    pub fn new(width: usize, colour: bool) -> Self {
        Self { width, colour, path: ".".to_owned(), component: None, project: "the project".to_owned() }
    }

    /// Columns to lay out for: what is narrower than 40 or wider than 160 reads badly.
    pub(crate) fn columns(&self) -> usize {
        self.width.clamp(40, 160)
    }

    pub(crate) fn paint(&self, tone: Tone, text: &str) -> String {
        if !self.colour || tone == Tone::Plain || text.is_empty() {
            return text.to_owned();
        }
        let style = match tone {
            Tone::Plain => Style::new(),
            Tone::Heading => Style::new().bold(),
            Tone::Good => Style::new().fg_color(Some(AnsiColor::Green.into())),
            Tone::Held => Style::new().fg_color(Some(AnsiColor::Yellow.into())),
            Tone::Bad => Style::new().fg_color(Some(AnsiColor::Red.into())).bold(),
            Tone::Quiet => Style::new().dimmed(),
        };
        format!("{style}{text}{style:#}")
    }

    /// A verb on the path that this view is about: `uplift plan shop`.
    pub(crate) fn on_path(&self, verb: &str) -> String {
        if self.path == "." { format!("uplift {verb}") } else { format!("uplift {verb} {}", self.path) }
    }

    /// A verb on the component that was named: `uplift upgrade --component worker shop`.
    pub(crate) fn on_component(&self, verb: &str) -> String {
        match &self.component {
            Some(component) => self
                .on_path(&format!("{verb} --component {}", uplift_model::shell::word(&crate::clean::line(component)))),
            None => self.on_path(verb),
        }
    }

    /// A verb on a run, started as if in the path: `uplift show -C shop 01JD8Q`.
    pub(crate) fn on_run(&self, verb: &str, rest: &str) -> String {
        let place = if self.path == "." { String::new() } else { format!(" -C {}", self.path) };
        format!("uplift {verb}{place} {rest}").trim_end().to_owned()
    }

    /// `next: a   |   b`, broken between commands where the line is full.
    pub(crate) fn next(&self, commands: &[String]) -> String {
        let mut text = String::new();
        let mut column = 0;
        for (index, command) in commands.iter().enumerate() {
            let length = command.chars().count();
            if index == 0 {
                text.push_str("next: ");
                column = 6;
            } else if column + 7 + length > self.columns() {
                text.push_str("\n      ");
                column = 6;
            } else {
                text.push_str("   |   ");
                column += 7;
            }
            text.push_str(command);
            column += length;
        }
        text.push('\n');
        text
    }
}
