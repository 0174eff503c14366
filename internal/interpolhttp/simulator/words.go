package simulator

// The parts that made-up people, offices and vehicles are drawn from. States are of ISO 3166 and real; nothing else is.
var ( //nolint:gochecknoglobals // constants
	surnames = []string{
		"ABERNO", "BELLAMIR", "CASTRENO", "DOVRANEK", "ELMASRIN", "FERRUCCHI", "GORENKOV", "HALVARSEN", "IBRANOV", "JARDINELLO",
		"KOSTARIK", "LAMONTEY", "MBAYENGA", "NORDQUIST", "OKONJAWE", "PELLERANO", "QUARTEY", "ROSSANOV", "SALAMANKO", "TAKEMORI",
		"ULBRICHSEN", "VANDERMOOR", "WOJTANEK", "XIANGLU", "YAMADORI", "ZELENKAU",
	}
	given = []string{
		"ADELA", "BRUNO", "CORINNE", "DARIUS", "ESTHER", "FABIAN", "GRETA", "HASSAN", "INES", "JONAS", "KHADRA", "LEONID", "MAREN", "NIKOLAI",
		"ODILE", "PAVEL", "RASHIDA", "SIMEON", "TATIANA", "VIKTOR", "YARA", "ZORAN",
	}
	states   = []string{"FRA", "ESP", "GBR", "MAR", "D", "USA", "CHN", "IND", "BRA", "SEN", "JPN", "EGY", "ITA", "POL", "UKR", "NGA", "KEN", "MEX"}
	offences = []string{
		"fraud", "theft of motor vehicles", "trafficking in human beings", "smuggling of migrants", "robbery", "money laundering", "forgery of documents",
	}
	marks = []string{"armed", "violent", "escaped"}
	makes = []string{"TESTARO", "MUSTERA", "EJEMPLO", "SPECIMA"}
)
