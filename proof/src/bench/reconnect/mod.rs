//! `reconnect.*`: what a night without internet costs when it is over: one device with all of it, then fifty at once.

mod crowd;
mod night;
mod past;
mod requests;

use super::cpu::load_average;
use super::figures::Sheet;
use super::stage::{Stage, WITHOUT_LIMITS, fresh_folder};

/// Measures one device with many facts, then many devices with some.
pub async fn run(sheet: Sheet) -> anyhow::Result<()> {
    let folder = fresh_folder()?;
    let stage = Stage::set(folder.path(), &WITHOUT_LIMITS).await?;
    night::run(sheet, &stage, folder.path()).await?;
    crowd::run(sheet, &stage, folder.path()).await?;
    end(sheet, stage)
}

/// Measures many devices with some facts each; the nights before them take far longer.
pub async fn only_the_crowd(sheet: Sheet) -> anyhow::Result<()> {
    let folder = fresh_folder()?;
    let stage = Stage::set(folder.path(), &WITHOUT_LIMITS).await?;
    crowd::run(sheet, &stage, folder.path()).await?;
    end(sheet, stage)
}

fn end(sheet: Sheet, stage: Stage) -> anyhow::Result<()> {
    sheet.note(&format!("load average afterwards: {:.1}", load_average()));
    let mut server = stage.server;
    server.stop()
}
