//! OSV's API: which records touch these packages, then the records.
//!
//! Lives here: questions in batches, pages, errors. `store.rs` keeps records on disk.
//! Lives elsewhere: HTTP itself (`uplift_sandbox::fetch`), what the records mean (`crate::known`).
//!
//! Source: OSV's API, `POST /v1/querybatch` (at most 1,000 questions, each answer in pages) and `GET /v1/vulns/<id>`.
//! A question that failed is an error of its own: an empty list always means that the source said so.

mod store;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde_json::{Value, json};
use uplift_model::Ecosystem;
use uplift_sandbox::fetch::{Fetch, Request};

use self::store::Store;
use crate::known::Known;
use crate::record::Record;

/// Where OSV documents its public API.
pub const PUBLIC: &str = "https://api.osv.dev";
/// Questions that OSV takes in one request.
const BATCH: usize = 1000;
/// Pages of one answer, after which something is wrong.
const PAGES: usize = 100;

/// One package. Without versions, the answer covers all of it, at the price of more records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    pub ecosystem: Ecosystem,
    pub name: String,
    pub versions: Vec<String>,
}

/// The source did not answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    #[error("advisories were not retrieved: {0}")]
    NotRetrieved(String),
    #[error("advisories were not retrieved: the answer about {about} is not as OSV documents it: {why}")]
    Shape { about: String, why: String },
}

impl SourceError {
    fn shape(about: impl Into<String>, why: impl Into<String>) -> Self {
        Self::Shape { about: about.into(), why: why.into() }
    }
}

/// A client of one OSV API.
#[derive(Debug)]
pub struct Api<'a> {
    fetch: &'a Fetch,
    base: String,
    store: Option<Store>,
}

/// Id and `modified` of a record.
type Reference = (String, Option<String>);

/// One question as it is sent.
struct Question {
    /// Index of the query.
    of: usize,
    version: Option<String>,
    page: Option<String>,
    pages: usize,
}

impl<'a> Api<'a> {
    /// `base` is the address up to `/v1`; [`PUBLIC`] is OSV's own.
    pub fn new(fetch: &'a Fetch, base: &str) -> Self {
        Self { fetch, base: base.trim_end_matches('/').to_owned(), store: None }
    }

    /// Keeps records in `folder`, by id and day of change.
    #[must_use]
    pub fn kept_in(mut self, folder: PathBuf) -> Self {
        self.store = Some(Store::new(folder));
        self
    }

    /// What is known about each package, in the order of the queries.
    ///
    /// # Errors
    /// [`SourceError`], for each query that any part of the answer is missing of.
    pub fn ask(&self, queries: &[Query]) -> Vec<Result<Known, SourceError>> {
        let mut found: Vec<Result<BTreeSet<Reference>, SourceError>> =
            queries.iter().map(|_| Ok(BTreeSet::new())).collect();
        let mut open: Vec<Question> = Vec::new();
        for (of, query) in queries.iter().enumerate() {
            let versions = query.versions.iter().collect::<BTreeSet<_>>();
            let question = |version| Question { of, version, page: None, pages: 0 };
            match versions.len() {
                0 => open.push(question(None)),
                _ => open.extend(versions.into_iter().map(|version| question(Some(version.clone())))),
            }
        }
        while !open.is_empty() {
            open = self.round(queries, &open, &mut found);
        }
        let records = self.records(found.iter().flatten().flatten().cloned().collect());
        let known = |(query, ids): (&Query, Result<BTreeSet<Reference>, SourceError>)| {
            let mut mine = Vec::new();
            for reference in ids? {
                match records.get(&reference) {
                    Some(Ok(record)) => mine.push(record.clone()),
                    Some(Err(error)) => return Err(error.clone()),
                    None => return Err(SourceError::NotRetrieved(format!("{} was not asked for", reference.0))),
                }
            }
            let known = Known::of(query.ecosystem, &query.name, &mine);
            Ok(if query.versions.is_empty() { known } else { known.only_for(query.versions.iter().cloned()) })
        };
        queries.iter().zip(found).map(known).collect()
    }

    /// Asks everything that is open, a batch a request, and returns the questions that have more pages.
    fn round(
        &self,
        queries: &[Query],
        open: &[Question],
        found: &mut [Result<BTreeSet<Reference>, SourceError>],
    ) -> Vec<Question> {
        let url = format!("{}/v1/querybatch", self.base);
        let body = |batch: &[Question]| {
            let asked: Vec<Value> = batch.iter().filter_map(|q| Some(question(queries.get(q.of)?, q))).collect();
            json!({ "queries": asked }).to_string()
        };
        let batches: Vec<&[Question]> = open.chunks(BATCH).collect();
        let requests = batches.iter().map(|batch| Request::post(&url, "application/json", body(batch))).collect();
        let mut next = Vec::new();
        for (batch, answer) in batches.iter().zip(self.fetch.get_all(requests)) {
            let results = answer
                .map_err(|e| SourceError::NotRetrieved(e.to_string()))
                .and_then(|response| results(&response.body, batch.len()));
            for (at, question) in batch.iter().enumerate() {
                let name = queries.get(question.of).map_or("", |query| query.name.as_str());
                let result = match &results {
                    Ok(results) => page(name, results.get(at).unwrap_or(&Value::Null)),
                    Err(error) => Err(error.clone()),
                };
                let Some(kept) = found.get_mut(question.of) else { continue };
                match (kept.as_mut(), result) {
                    (Ok(ids), Ok((more, token))) => {
                        ids.extend(more);
                        if token.is_some() && question.pages >= PAGES {
                            *kept = Err(SourceError::shape(name, format!("more than {PAGES} pages")));
                        } else if token.is_some() {
                            let version = question.version.clone();
                            next.push(Question { of: question.of, version, page: token, pages: question.pages + 1 });
                        }
                    }
                    (Ok(_), Err(error)) => *kept = Err(error),
                    (Err(_), _) => {}
                }
            }
        }
        next
    }

    /// Records from the store, the others from the API, several at once.
    fn records(&self, wanted: BTreeSet<Reference>) -> BTreeMap<Reference, Result<Record, SourceError>> {
        let mut records = BTreeMap::new();
        let mut missing = Vec::new();
        for reference in wanted {
            match self.store.as_ref().and_then(|store| store.find(&reference)) {
                Some(record) => drop(records.insert(reference, Ok(record))),
                None => missing.push(reference),
            }
        }
        let requests = missing.iter().map(|(id, _)| Request::new(format!("{}/v1/vulns/{}", self.base, escaped(id))));
        let answers = self.fetch.get_all(requests.collect());
        for (reference, answer) in missing.into_iter().zip(answers) {
            let record = answer.map_err(|e| SourceError::NotRetrieved(e.to_string())).and_then(|response| {
                let record =
                    Record::parse(&response.body).map_err(|e| SourceError::shape(&reference.0, e.to_string()))?;
                if record.id != reference.0 {
                    return Err(SourceError::shape(&reference.0, "it is about another id"));
                }
                if let Some(store) = &self.store {
                    store.keep(&reference, &response.body);
                }
                Ok(record)
            });
            records.insert(reference, record);
        }
        records
    }
}

fn question(query: &Query, question: &Question) -> Value {
    let mut asked = json!({ "package": { "ecosystem": query.ecosystem.osv(), "name": query.name } });
    for (name, value) in [("version", &question.version), ("page_token", &question.page)] {
        if let (Some(fields), Some(value)) = (asked.as_object_mut(), value) {
            fields.insert(name.to_owned(), Value::from(value.as_str()));
        }
    }
    asked
}

/// One result per question, or the answer cannot be told apart.
fn results(body: &[u8], asked: usize) -> Result<Vec<Value>, SourceError> {
    let shape = |why: String| SourceError::shape("a batch", why);
    let mut answer: Value = serde_json::from_slice(body).map_err(|e| shape(e.to_string()))?;
    match answer.get_mut("results").map(Value::take) {
        Some(Value::Array(results)) if results.len() == asked => Ok(results),
        Some(Value::Array(results)) => Err(shape(format!("{} results for {asked} questions", results.len()))),
        _ => Err(shape("it has no list `results`".to_owned())),
    }
}

/// Records of one page, and the token of the next.
fn page(name: &str, result: &Value) -> Result<(Vec<Reference>, Option<String>), SourceError> {
    let shape = |why: &str| SourceError::shape(name, why);
    if !result.is_object() {
        return Err(shape("a result is no object"));
    }
    let token = match result.get("next_page_token") {
        None | Some(Value::Null) => None,
        Some(Value::String(token)) => Some(token.clone()).filter(|token| !token.is_empty()),
        Some(_) => return Err(shape("`next_page_token` is no text")),
    };
    let listed = match result.get("vulns") {
        None | Some(Value::Null) => return Ok((Vec::new(), token)),
        Some(Value::Array(listed)) => listed,
        Some(_) => return Err(shape("`vulns` is no list")),
    };
    let mut references = Vec::new();
    for one in listed {
        let id = one.get("id").and_then(Value::as_str).ok_or_else(|| shape("a record has no id"))?;
        references.push((id.to_owned(), one.get("modified").and_then(Value::as_str).map(str::to_owned)));
    }
    Ok((references, token))
}

/// An id as part of an address.
fn escaped(id: &str) -> String {
    id.bytes().fold(String::new(), |mut text, byte| {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.') {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
        text
    })
}
