use super::model::normalise_phone;
use super::*;

#[test]
fn a_phone_number_is_normalised_before_it_is_indexed() {
    for (raw, want) in [(" 138-0013-8000 ", "13800138000"), ("+86 138 0013 8000", "+8613800138000"), ("", "")] {
        assert_eq!(normalise_phone(raw), want);
    }
}

#[test]
fn nonsense_is_refused_and_blank_means_absent() {
    let refused = |name: Option<&str>, phone: Option<&str>| {
        NewCustomer { display_name: name.map(str::to_owned), phone: phone.map(str::to_owned) }.normalised().is_err()
    };
    assert!(refused(Some(&"长".repeat(65)), None));
    assert!(refused(Some("a\u{0}b"), None));
    assert!(refused(None, Some("12")));
    assert!(refused(None, Some("1+38001380")));
    let blank = NewCustomer { display_name: Some("  ".into()), phone: Some("  ".into()) }.normalised().unwrap();
    assert!(blank.display_name.is_none() && blank.phone.is_none());
}
