package receipt

import "strings"

// languageOf are the States whose nationals are offered another language than English, by the language that most of them read among
// those that receipts are printed in. The officer may choose another.
func languageOf() map[string]string {
	return map[string]string{
		"fr": "FRA BEL LUX MCO BEN BFA BDI CMR CAF COD COG CIV GAB GIN HTI MDG MLI NER SEN TCD TGO",
		"es": "ESP ARG BOL CHL COL CRI CUB DOM ECU GNQ GTM HND MEX NIC PAN PER PRY SLV URY VEN",
		"ar": "DZA BHR COM DJI EGY IRQ JOR KWT LBN LBY MAR MRT OMN PSE QAT SAU SDN SYR TUN ARE YEM",
	}
}

// LanguageFor is the language in which a receipt is offered to nationals of a State: "en", "fr", "es" or "ar".
func LanguageFor(nationality string) string {
	for language, states := range languageOf() {
		if len(nationality) == 3 && strings.Contains(" "+states+" ", " "+nationality+" ") {
			return language
		}
	}
	return "en"
}

// Languages are the languages in which receipts are printed.
func Languages() []string { return []string{"en", "fr", "es", "ar"} }
