package emrtd

// CountriesOf and SameCountry are tested over the whole list of States.
var (
	CountriesOf = countriesOf
	SameCountry = sameCountry
)
