//! One form for every way in which people and recognisers write the same words.

use guitai_language::width::half_width;

/// Full-width becomes half-width, letters lower case; punctuation and white space go. What is left are letters, digits and Chinese characters.
pub fn normalise(text: &str) -> String {
    text.chars().map(half_width).filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::normalise;
    use proptest::prelude::*;

    #[test]
    fn spelling_does_not_hide_words() {
        for (written, want) in [
            ("保本，保 收益！", "保本保收益"),
            ("ＡＴＭ　Ｎｏ．１２", "atmno12"),
            ("  \n", ""),
            ("“零风险”……", "零风险"),
        ] {
            assert_eq!(normalise(written), want);
        }
    }

    proptest! {
        #[test]
        fn normal_text_stays_as_it_is(text in "\\PC{0,40}") {
            let once = normalise(&text);
            prop_assert_eq!(normalise(&once), once);
        }
    }
}
