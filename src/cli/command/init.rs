//! `init`: a new ledger in a new folder.

use crate::cli::failure::Failure;
use crate::cli::{Outcome, keyfile, talk};
use crate::known::MemoryError;
use crate::ledger::{Founding, LedgerError, MasterKey, Settings};
use crate::words::{say, told};
use clap::Args;
use ledger_spec::definition::Name;
use ledger_spec::event::EnrolledRegistrar;
use ledger_spec::id::AuthorityId;
use ledger_spec::sealed::Kek;
use ledger_spec::wording::{Joint, Words};
use serde::Serialize;
use std::path::PathBuf;
use tlog::bytes::{from_base64url_exact, from_hex};
use tlog::checkpoint::Origin;
use tlog::note::NoteSigner;

/// Make a new ledger: its folder, the operator's key and entry 0, which names the first registrars.
#[derive(Args)]
#[command(after_help = "\
Examples:
  # A trial: the registrar's key is made too, and lies in ledger/keys/registrar.430381.key
  credit-ledger init --dir ledger --origin credit.example/ledger \\
      --operator operator.430381 --registrar registrar.430381

  # The registrar brings the public half of a key that never leaves its own machine
  credit-ledger init --dir ledger --origin credit.example/ledger \\
      --operator 'operator.430381:数据局:Data Bureau' \\
      --registrar 'registrar.430381:编办:Registrar:<public key, hex or base64url>'

The operator's secret key lies in DIR/keys/operator.key. Keep a copy elsewhere: without it the
ledger can be read and audited for ever, but never written again. The master key lies beside DIR, in
DIR.master.key: it opens all that is sealed. Keep it twice, and in no backup of DIR: without it
nobody can read what is sealed again; with it and DIR everybody can. Beside DIR lies DIR.signed too,
and DIR.signed.access: what was signed last, asked before each signature, so that a DIR that was put
back from a backup never signs a second history. Keep both in no backup, and where DIR is moved, with it.")]
pub(in crate::cli) struct Init {
    /// The new ledger's folder; must not exist, or be empty.
    #[arg(long)]
    dir: PathBuf,
    /// The ledger's name in every event and checkpoint: a URL without scheme. It never changes.
    #[arg(long)]
    origin: String,
    /// The operator: ID, or ID:Chinese name:English name.
    #[arg(long, value_name = "ID[:ZH:EN]")]
    operator: String,
    /// A first registrar, who enrols all other authorities: ID, ID:ZH:EN, or ID:ZH:EN:KEY. Without a
    /// key one is made in DIR/keys/.
    #[arg(long, value_name = "ID[:ZH:EN[:KEY]]", required = true)]
    registrar: Vec<String>,
}

#[derive(Serialize)]
struct Made {
    dir: PathBuf,
    origin: String,
    vkey: String,
    keys: Vec<PathBuf>,
}

impl Init {
    pub(in crate::cli) fn run(self, json: bool) -> Outcome {
        let origin = Origin::parse(&self.origin)
            .map_err(|error| Failure::usage(say!("--origin: {}", told(&error))))?;
        let (operator, operator_name, key) = party("--operator", &self.operator)?;
        if key.is_some() {
            return Err(Failure::usage(say!(
                "--operator takes no key: the operator's key is made with the ledger"
            )));
        }
        let (mut registrars, mut keys) = (Vec::new(), Vec::new());
        for text in &self.registrar {
            let (id, name, key) = party("--registrar", text)?;
            let key = match key {
                Some(key) => key,
                None => {
                    let seed = keyfile::random()?;
                    let signer = signer(&id, &seed)?;
                    let key = *signer.verifier_key().public_key();
                    keys.push(signer);
                    key
                }
            };
            registrars.push(EnrolledRegistrar { id, name, key });
        }
        let memory = Settings::memory_beside(&self.dir).map_err(Failure::usage)?;
        let settings = Settings { signer_memory: Some(memory), ..Settings::new(origin) };
        let (seed, random, master) = (keyfile::random()?, keyfile::random()?, keyfile::random()?);
        let founding = Founding {
            settings,
            operator,
            operator_name,
            operator_seed: seed,
            master: Kek::copied(&master),
            registrars,
            keys,
            random,
        };
        crate::ledger::create(&self.dir, &founding).map_err(|error| match error {
            LedgerError::Exists(_)
            | LedgerError::Nameless(_)
            | LedgerError::KeyTaken(_)
            | LedgerError::MasterKeyExists(_)
            | LedgerError::Opening(_) => Failure::usage(error),
            LedgerError::Memory(memory) if matches!(*memory, MemoryError::Exists { .. }) => {
                Failure::usage(*memory)
            }
            other => Failure::unreachable(other),
        })?;
        let mut keys = vec![self.dir.join(crate::ledger::OPERATOR_KEY)];
        if let MasterKey::File(path) = MasterKey::beside(&self.dir).map_err(Failure::usage)? {
            keys.push(self.dir.join(path));
        }
        keys.extend(
            founding.keys.iter().map(|key| self.dir.join(crate::ledger::key_file(key.name().as_str()))),
        );
        let vkey = NoteSigner::from_seed(founding.settings.origin.key_name().clone(), &seed).verifier_key();
        talk::say(&say!("made {}; secret keys: {}", Words::data(self.dir.display()), shown(&keys)));
        if json {
            let origin = founding.settings.origin.to_string();
            return talk::put_json(&Made { dir: self.dir, origin, vkey: vkey.to_string(), keys });
        }
        talk::put_line(&vkey.to_string())
    }
}

fn shown(paths: &[PathBuf]) -> Words {
    Words::several(paths.iter().map(|path| Words::data(path.display())), Joint::And)
}

fn signer(id: &AuthorityId, seed: &[u8; 32]) -> Result<NoteSigner, Failure> {
    let name = tlog::note::KeyName::parse(id.as_str()).map_err(Failure::usage)?;
    Ok(NoteSigner::from_seed(name, seed))
}

/// An authority as the command line writes it.
fn party(option: &str, text: &str) -> Result<(AuthorityId, Name, Option<[u8; 32]>), Failure> {
    let wrong = |reason: Words| {
        Failure::usage(say!("{} {}: {}", Words::data(option), Words::data(format_args!("{text:?}")), reason))
    };
    let parts: Vec<&str> = text.split(':').collect();
    let (id, zh, en, key) = match parts[..] {
        [id] => (id, id, id, None),
        [id, zh, en] => (id, zh, en, None),
        [id, zh, en, key] => (id, zh, en, Some(key)),
        _ => return Err(wrong(say!("ID, ID:ZH:EN or ID:ZH:EN:KEY is expected"))),
    };
    let id = AuthorityId::parse(id).map_err(|error| wrong(told(&error)))?;
    let key = key
        .map(|key| from_hex::<32>(key).or_else(|_| from_base64url_exact::<32>(key)))
        .transpose()
        .map_err(|_| wrong(say!("the key is neither 64 hex digits nor base64url of 32 bytes")))?;
    Ok((id, Name { zh: zh.to_owned(), en: en.to_owned() }, key))
}
