//! Writes the seeds of every fuzz target: `seeds VECTORS FOLDER` makes `FOLDER/<target>/<case>`, and prints
//! the targets' names, one a line.

use std::path::Path;
use std::{env, fs, io};
use tools::fuzz::{TARGETS, seeds};

fn main() -> io::Result<()> {
    let mut arguments = env::args().skip(1);
    let (Some(vectors), Some(folder)) = (arguments.next(), arguments.next()) else {
        return Err(io::Error::other("usage: seeds VECTORS FOLDER"));
    };
    for (target, _) in TARGETS {
        let folder = Path::new(&folder).join(target);
        fs::create_dir_all(&folder)?;
        for (name, seed) in seeds(Path::new(&vectors), target)? {
            fs::write(folder.join(name), seed)?;
        }
        println!("{target}");
    }
    Ok(())
}
