//! `guitai crypto-broker`: the child that has one vendor's library loaded. Started by the program itself.

use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;

use clap::Args;

use super::open::configuration_of;
use super::{Answer, Failure, Outcome};
use crate::error::ErrorCode;

#[derive(Debug, Args)]
pub struct BrokerArgs {
    /// Name of the device in the configuration.
    #[arg(long)]
    device: String,
    /// The configuration that the program itself was started with.
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
}

/// Serves one device on the socket that is standard input, until the program closes it. No runtime, no signal handlers: the program needs its keys
/// while it drains.
pub fn run(args: BrokerArgs) -> Outcome {
    let config = configuration_of(&args.config)?;
    let broker = config.crypto.sdf.broker(&args.device).ok_or_else(|| {
        Failure::Usage(format!("{}: 配置中没有这台设备 / no such device in the configuration", args.device))
    })?;
    let not_started_by_us = |e: std::io::Error| ErrorCode::Internal.caused_by(e).context("standard input is no socket");
    let socket = UnixStream::from(std::io::stdin().as_fd().try_clone_to_owned().map_err(not_started_by_us)?);
    socket.local_addr().map_err(not_started_by_us)?;
    match guitai_sdf::broker::serve(broker, socket) {
        Ok(()) => Ok(Answer::Yes),
        Err(e) => Err(ErrorCode::KeyUnavailable.because(e.to_string()).into()),
    }
}
