//! What the terminal is: whether it is one, how wide, with or without colours.

use std::io::IsTerminal;

use anstream::{AutoStream, ColorChoice};
use uplift_report::View;

use crate::args::When;

/// Columns when nobody says.
const WIDTH: usize = 100;

/// Makes `--color` the choice for every stream; `auto` heeds NO_COLOR, CLICOLOR and what the stream is.
pub(crate) fn choose_colour(when: When) {
    match when {
        When::Auto => ColorChoice::Auto,
        When::Always => ColorChoice::AlwaysAnsi,
        When::Never => ColorChoice::Never,
    }
    .write_global();
}

/// How stdout is to be written on. `path` is what suggested commands name.
pub(crate) fn view(path: &str) -> View {
    let out = std::io::stdout();
    let colour = AutoStream::choice(&out) != ColorChoice::Never;
    View { path: path.to_owned(), ..View::new(width(&out), colour) }
}

/// How progress on stderr is to be drawn; `None`: not in place, since nobody watches or a log is kept.
pub(crate) fn live() -> Option<(View, usize)> {
    let err = std::io::stderr();
    let dumb = std::env::var_os("TERM").is_some_and(|t| t == "dumb");
    let ci = std::env::var_os("CI").is_some_and(|v| !v.is_empty() && v != "false" && v != "0");
    if !err.is_terminal() || ci || dumb {
        return None;
    }
    let rows = rustix::termios::tcgetwinsize(&err).map_or(24, |size| usize::from(size.ws_row));
    let colour = AutoStream::choice(&err) != ColorChoice::Never;
    // One column stays free: a full line would wrap on some terminals and spoil the redrawing.
    Some((View::new(width(&err).saturating_sub(1), colour), rows.saturating_sub(1).max(3)))
}

/// `COLUMNS`, else what the terminal says, else [`WIDTH`].
fn width(stream: &impl std::os::fd::AsFd) -> usize {
    let told = std::env::var("COLUMNS").ok().and_then(|c| c.parse::<usize>().ok()).filter(|c| *c > 0);
    told.unwrap_or_else(|| match rustix::termios::tcgetwinsize(stream) {
        Ok(size) if size.ws_col > 0 => usize::from(size.ws_col),
        _ => WIDTH,
    })
}
