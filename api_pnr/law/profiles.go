package law

import "time"

// Lengths of time as laws count them. A month is 30 days and a year 365 here: never longer than the law's own.
const (
	day   = 24 * time.Hour
	month = 30 * day
	year  = 365 * day
)

// DefaultID is the profile that is in force when nothing else was chosen.
const DefaultID = "icao-annex9"

// Shipped are the profiles that come with the program. A State that follows one of them checks it against its own law first.
func Shipped() []Profile {
	return []Profile{icao(), europe(), kingdom(), borderOnly()}
}

// icao follows Annex 9 to the Chicago Convention, chapter 9 (amendment 28): five years, six months until what identifies a person is
// masked, and a filter of sensitive data. Where a State has no law of its own it is the one that is recommended.
func icao() Profile {
	kept := Retention{Mask: 6 * month, Delete: 5 * year}
	return Profile{
		ID: DefaultID, Version: 1, Title: "ICAO Annex 9", Basis: "Convention on International Civil Aviation, Annex 9, chapter 9 (amendment 28)",
		API: kept, PNR: kept, Raw: 6 * month, Drop: sensitive(),
	}
}

// europe follows Directive (EU) 2016/681, article 12, as the Court of Justice reads it in C-817/19: nothing is kept beyond six months of
// those whom nothing points at. API data collected for the border alone goes soon after it was used.
func europe() Profile {
	return Profile{
		ID: "eu-pnr", Version: 1, Title: "European Union",
		Basis: "Directive (EU) 2016/681, articles 12 and 13; CJEU C-817/19 (21 June 2022); Regulations (EU) 2025/12 and 2025/13",
		API:   Retention{Mask: 6 * month, DeleteUnmatched: 2 * day, Delete: 5 * year},
		PNR:   Retention{Mask: 6 * month, DeleteUnmatched: 6 * month, Delete: 5 * year},
		Raw:   2 * day, Drop: sensitive(),
	}
}

func kingdom() Profile {
	kept := Retention{Mask: 6 * month, Delete: 5 * year}
	return Profile{
		ID: "uk-pnr", Version: 1, Title: "United Kingdom",
		Basis: "The Passenger Name Record Data and Miscellaneous Amendments Regulations 2018 (SI 2018/598), regulation 13",
		API:   kept, PNR: kept, Raw: 6 * month, Drop: sensitive(),
	}
}

// borderOnly is for States that may use passenger data for the crossing itself and nothing else (as Directive 2004/82/EC, article 6).
func borderOnly() Profile {
	kept := Retention{DeleteUnmatched: day, Delete: 6 * month, Mask: month}
	return Profile{
		ID: "border-only", Version: 1, Title: "Border checks only", Basis: "Directive 2004/82/EC, article 6",
		API: kept, PNR: kept, Raw: day, Drop: sensitive(),
	}
}

// sensitive are services and words that reveal religion, health, or a disability (Directive (EU) 2016/681, article 13(4)). The codes are
// those of the IATA Passenger Services Conference Resolutions Manual.
func sensitive() DropList {
	return DropList{
		Services: []string{
			// meals
			"AVML", "BBML", "BLML", "CHML", "CNML", "DBML", "FFML", "FPML", "GFML", "HFML", "HNML", "IVML", "JNML", "JPML", "KSML", "LCML",
			"LFML", "LPML", "LSML", "MOML", "NBML", "NFML", "NLML", "NSML", "OBML", "ORML", "PFML", "PRML", "RFML", "RVML", "SFML", "SPML",
			"VGML", "VJML", "VLML", "VOML",
			// health and disability
			"BLND", "BLSC", "DEAF", "DPNA", "ESAN", "LEGB", "LEGL", "LEGR", "MAAS", "MEDA", "MEDI", "OXYG", "PPOC", "STCR", "SVAN", "WCBD", "WCBW",
			"WCHC", "WCHR", "WCHS", "WCLB", "WCMP", "WCOB",
		},
		Words: []string{
			"CATHOLIC", "DIABETIC", "DISABILITY", "DISABLED", "HALAL", "HINDU", "JEWISH", "KOSHER", "MEDIF", "MOSLEM", "MUSLIM",
			"OXYGEN", "PREGNANT", "RELIGION", "RELIGIOUS", "SIKH", "STRETCHER", "WHEELCHAIR",
		},
	}
}
