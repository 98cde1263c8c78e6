//! Identifiers: check characters against the crate `cn-id-card`, texts and order by property.

// Helpers of tests stand outside of #[test] functions, where clippy.toml does not reach.
#![allow(clippy::unwrap_used, clippy::panic)]

use ledger_spec::id::{EventId, IdError, SubjectId, Uscc, gb11643};
use proptest::prelude::*;

/// A code without its check character.
const CODE: &str =
    "(1[1239]|[248A][19]|3[1-59]|[5N][1239]|[67][129]|9[123]|Y1)[0-9]{6}[0-9A-HJ-NPQRTUWXY]{9}";

fn subject() -> impl Strategy<Value = String> {
    prop_oneof![
        "authority:[a-z0-9-]{1,9}(\\.[a-z0-9-]{1,9}){0,3}",
        "catalogue:(list|type)\\.[a-z0-9_-]{1,9}(\\.[a-z0-9_-]{1,9}){1,3}",
        "ext:[a-z0-9-]{1,32}:[A-Za-z0-9._-]{1,64}",
        "(household|person):[0-9a-f]{64}(\\.(0[2-9]|[1-9][0-9]))?",
        "ledger",
        "place:[1-9][0-9]{5}([0-9]{3}){0,2}",
        CODE.prop_map(|start| { format!("uscc:{start}{}", uscc_check(&start)) }),
    ]
}

/// The check character that our code asks for.
fn uscc_check(start: &str) -> char {
    match Uscc::parse(&format!("{start}0")) {
        Ok(_) => '0',
        Err(IdError::CheckCharacter { expected, .. }) => expected,
        Err(other) => panic!("{other}"),
    }
}

proptest! {
    #[test]
    fn resident_numbers_as_others_check_them(
        place in "[1-9][0-9]{5}", year in 1900u16..=2199, month in 0u8..=13, day in 0u8..=32,
        sequence in "[0-9]{3}", check in "[0-9X]",
    ) {
        let digits = format!("{place}{year:04}{month:02}{day:02}{sequence}");
        let right = gb11643::check_character(&digits).unwrap();
        for check in [check.chars().next().unwrap(), right] {
            let number = format!("{digits}{check}");
            let ours = gb11643::ResidentNumber::parse(&number);
            prop_assert_eq!(ours.is_ok(), cn_id_card::validate(&number, false), "{}", number);
        }
    }

    #[test]
    fn credit_codes_as_others_check_them(start in CODE) {
        let check = uscc_check(&start);
        // cn-id-card takes remainder 0 for 31 and so refuses every code that ends in 0.
        prop_assert_eq!(cn_id_card::validate_code(&format!("{start}{check}"), false), check != '0');
        for wrong in "0123456789ABCDEFGHJKLMNPQRTUWXY".chars().filter(|&c| c != check) {
            let refused = IdError::CheckCharacter {
                part: "unified social credit code", found: wrong, expected: check };
            prop_assert_eq!(Uscc::parse(&format!("{start}{wrong}")), Err(refused));
        }
    }

    #[test]
    fn subjects_give_their_text_back_and_sort_like_it(a in subject(), b in subject()) {
        let (x, y) = (SubjectId::parse(&a).unwrap(), SubjectId::parse(&b).unwrap());
        prop_assert_eq!(x.to_string(), a.clone());
        prop_assert_eq!(x.cmp(&y), a.cmp(&b));
    }

    #[test]
    fn what_is_read_is_printed_unchanged(text in "\\PC{0,40}|(uscc|ext|place|authority|catalogue|person):\\PC{0,20}") {
        if let Ok(id) = SubjectId::parse(&text) {
            prop_assert_eq!(id.to_string(), text);
        }
    }

    #[test]
    fn event_ids_made_from_parts_are_read_back(millis in any::<u64>(), random in any::<[u8; 10]>()) {
        let id = EventId::from_parts(millis, random);
        prop_assert_eq!(EventId::parse(&id.to_string()), Ok(id));
    }
}
