//! Agreement of people to steps of a plan (row C22): who, in which role, to what, when.

use serde::{Deserialize, Serialize};

use crate::PackageName;

/// One role's agreement to the step that moves a package. It holds for one plan: another id needs another agreement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// The plan's id.
    pub plan: String,
    pub package: PackageName,
    /// As in `approvals` of a plan's steps: `technical lead`.
    pub role: String,
    /// Git's identity of who agreed: `Mia <mia@shop.example>`.
    pub by: String,
    /// `YYYY-MM-DD`.
    pub day: String,
    pub note: Option<String>,
}
