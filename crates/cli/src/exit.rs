//! How a command ends: its exit code, and an error told with its causes and what to do next.

use std::error::Error;
use std::io::Write;
use std::process::ExitCode as ProcessExit;

use uplift_engine::EngineError;
use uplift_model::{ExitCode, Hint};
use uplift_report::formats::FormatError;
use uplift_report::{clean, json};

use crate::args::Format;

/// A command that failed: everything that is told about it.
#[derive(Debug)]
pub(crate) struct Failure {
    code: ExitCode,
    /// What failed, then its causes.
    chain: Vec<String>,
    hint: Option<String>,
}

/// What every command gives back.
pub(crate) type Ended = Result<ExitCode, Failure>;

impl Failure {
    pub(crate) fn new<E: Error + Hint>(error: &E, code: ExitCode) -> Self {
        let mut chain = vec![error.to_string()];
        let mut cause = error.source();
        while let Some(inner) = cause {
            let text = inner.to_string();
            // A layer that only wraps says nothing of its own.
            if chain.last() != Some(&text) {
                chain.push(text);
            }
            cause = inner.source();
        }
        Self { code, chain, hint: error.hint() }
    }

    pub(crate) fn plain(code: ExitCode, what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { code, chain: vec![what.into()], hint: Some(hint.into()) }
    }

    /// A failure to write the command's own output.
    pub(crate) fn output(error: &std::io::Error) -> Self {
        Self {
            code: ExitCode::Outside,
            chain: vec!["could not write the output".to_owned(), error.to_string()],
            hint: None,
        }
    }

    fn text(&self) -> String {
        let mut text = String::new();
        for (index, line) in self.chain.iter().enumerate() {
            let mut lines = line.trim_end().lines().map(clean::line);
            let first = lines.next().unwrap_or_default();
            text.push_str(&if index == 0 { format!("error: {first}\n") } else { format!("  {first}\n") });
            lines.for_each(|more| text.push_str(&format!("    {more}\n")));
        }
        if let Some(hint) = &self.hint {
            text.push_str(&format!("  hint: {}\n", clean::line(hint)));
        }
        text
    }

    fn document(&self) -> json::v1::ErrorBody {
        json::v1::ErrorBody {
            error: self.chain.first().cloned().unwrap_or_default(),
            causes: self.chain.iter().skip(1).cloned().collect(),
            hint: self.hint.clone(),
            exit_code: self.code as u8,
        }
    }
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        Self::new(&error, error.exit_code())
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self {
            code: ExitCode::Bug,
            chain: vec!["could not write the result as JSON".to_owned(), error.to_string()],
            hint: Some("please report this".to_owned()),
        }
    }
}

impl From<FormatError> for Failure {
    fn from(error: FormatError) -> Self {
        let code = match error {
            FormatError::NotOfThis { .. } => ExitCode::Usage,
            FormatError::NothingToState { .. } => ExitCode::Repository,
            FormatError::Json(_) => ExitCode::Bug,
        };
        Self::new(&error, code)
    }
}

/// Tells how the command ended and gives the process its exit code.
pub(crate) fn tell(ended: Ended, format: Format) -> ProcessExit {
    let code = match ended {
        Ok(code) => code,
        Err(failure) => {
            if format == Format::Json
                && let Ok(text) = json::v1::document(json::v1::ERROR, &failure.document())
            {
                let _closed = write!(anstream::stdout(), "{text}");
            }
            let _closed = write!(anstream::stderr(), "{}", failure.text());
            failure.code
        }
    };
    ProcessExit::from(code as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_are_indented_and_the_hint_comes_last() {
        let failure = Failure {
            code: ExitCode::Repository,
            chain: vec!["could not read `a`".to_owned(), "it is\nodd \u{1b}[2J".to_owned()],
            hint: Some("mend it".to_owned()),
        };
        assert_eq!(failure.text(), "error: could not read `a`\n  it is\n    odd \\x1b[2J\n  hint: mend it\n");
    }
}
