package evisa

import (
	"fmt"
	"strings"
)

// Money is an amount in the currency's minor units (ISO 4217: cents for EUR, none for JPY). An amount is never a fraction.
type Money struct {
	Minor    int64  `json:"minor"`
	Currency string `json:"currency"` // ISO 4217 code, capitals
}

// Zero reports whether there is nothing to pay.
func (m Money) Zero() bool { return m.Minor == 0 }

// Exponents of ISO 4217 that are not two.
func exponent(currency string) int {
	switch currency {
	case "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF":
		return 0
	case "BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND":
		return 3
	}
	return 2
}

// String is the amount as it is written: "35.00 EUR", "5000 XOF".
func (m Money) String() string {
	digits, minor, sign := exponent(m.Currency), m.Minor, ""
	if minor < 0 {
		sign, minor = "-", -minor
	}
	text := fmt.Sprintf("%0*d", digits+1, minor)
	if digits > 0 {
		text = text[:len(text)-digits] + "." + text[len(text)-digits:]
	}
	return sign + text + " " + m.Currency
}

// Check says what is wrong with an amount that somebody is to pay.
func (m Money) Check() error {
	if m.Minor < 0 || m.Minor > 1_000_000_000 {
		return fmt.Errorf("amount: expected 0 to 1,000,000,000 minor units")
	}
	if len(m.Currency) != 3 || strings.ToUpper(m.Currency) != m.Currency {
		return fmt.Errorf("currency: expected three capitals of ISO 4217")
	}
	return nil
}
