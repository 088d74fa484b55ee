//! `guitai transcribe`

use std::path::PathBuf;

use clap::Args;

use super::{Answer, Outcome, demo, print, print_json, tell};
use crate::error::ErrorCode;
use crate::inference::transcribe_file;

#[derive(Debug, Args)]
pub struct TranscribeArgs {
    /// WAV file: 8 or 16 kHz; PCM, A-law or µ-law; one speaker per channel.
    file: PathBuf,
    /// Folder of the speech model; the bundled demo model when absent.
    #[arg(long, value_name = "DIR")]
    model: Option<PathBuf>,
    #[arg(long)]
    json: bool,
}

pub async fn run(args: TranscribeArgs) -> Outcome {
    let unpacked;
    let model = match args.model {
        Some(dir) => dir,
        None => {
            unpacked = demo::data::unpack_model_to_temp()?;
            unpacked.path().to_owned()
        }
    };
    let file = args.file;
    let transcript = tokio::task::spawn_blocking(move || transcribe_file(&file, &model))
        .await
        .map_err(|e| ErrorCode::Internal.caused_by(e))??;
    if transcript.demo_model {
        tell("演示模型，识别结果不代表真实准确率 / demo model: not a measure of real accuracy");
    }
    if args.json {
        print_json(&transcript)?;
    } else {
        print(&transcript.to_text());
    }
    Ok(Answer::Yes)
}
