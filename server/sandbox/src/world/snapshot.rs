//! The world in a file, so that a restarted demo keeps its bank books and vehicles.

use std::fs;
use std::io;
use std::path::Path;

use super::World;

/// Writes the world beside the file and renames it into place: a reader sees the old world or the new one.
///
/// # Errors
/// When the folder cannot be written to.
pub fn write(world: &World, path: &Path) -> io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    fs::write(&beside, serde_json::to_vec(world)?)?;
    fs::rename(&beside, path)
}

/// Reads a world; `Ok(None)` when there is no such file.
///
/// # Errors
/// When the file cannot be read or is no snapshot.
pub fn read(path: &Path) -> io::Result<Option<World>> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut world: World = serde_json::from_slice(&bytes)?;
    world.begin_epoch();
    Ok(Some(world))
}
