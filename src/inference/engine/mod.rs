//! Engine children: `guitai engine` processes that hold a model, and the supervisor in the parent.
//!
//! The two talk in frames ([`protocol`]) over a socket pair that is the child's standard input. A child ends when that socket closes, so
//! it cannot outlive its parent; it leaves no core dump. Everything it prints goes to the parent's standard error.

mod child;
pub mod protocol;
mod supervisor;

pub use child::{EngineArgs, run_engine_child};
pub use supervisor::{EngineConfig, EngineState, Supervisor};

use serde::{Deserialize, Serialize};

/// What an engine does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum EngineKind {
    /// Speech recognition.
    Asr,
}

impl EngineKind {
    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            EngineKind::Asr => "asr",
        }
    }
}

/// What a child says of itself once its model is loaded and verified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EngineInfo {
    pub kind: EngineKind,
    /// The code that runs the model.
    pub engine: String,
    /// Name and version of the model.
    pub model: String,
    /// SM3 of the model's manifest.
    pub model_digest: String,
    pub demo_model: bool,
    pub sample_rate_hz: u32,
    pub pid: u32,
}
