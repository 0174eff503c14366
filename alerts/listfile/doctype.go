package listfile

import "strings"

// documentWords tell the kind of a document by words of its name, in English, French and Spanish. The first that is found counts, so
// that "certificate of nationality" is no passport and "personal number on passport" is one.
var documentWords = []struct{ kind, word string }{
	{"D", "driver"}, {"D", "driving"}, {"D", "permis de conduire"}, {"D", "permiso de conducir"}, {"D", "licencia de conduc"}, {"D",
		"carnet de conducir"},
	{"V", "visa"}, {"V", "visado"},
	{"R", "residen"}, {"R", "résid"}, {"R", "sejour"}, {"R", "séjour"}, {"R", "stay permit"},
	{"P", "passport"}, {"P", "passeport"}, {"P", "pasaporte"}, {"P", "travel document"}, {"P", "document de voyage"}, {"P",
		"documento de viaje"}, {"P", "laissez"},
	{"O", "certificat"}, {"O", "certificado"}, {"O", "ration"}, {"O", "student"}, {"O", "voter"}, {"O", "electoral"}, {"O", "military"}, {"O",
		"militar"},
	{"O", "serviceman"}, {"O", "social security"}, {"O", "ssn"}, {"O", "tax"}, {"O", "fiscal"}, {"O", "licen"}, {"O", "seaman"}, {"O",
		"refugee"},
	{"I", "identi"}, {"I", "cedula"}, {"I", "cédula"}, {"I", "carte nationale"}, {"I", "id card"}, {"I", "national id"}, {"I", "tazkira"},
	{"I", "bundespersonalausweis"},
	{"I", "d.n.i"}, {"I", "dni"}, {"I", "nie"}, {"I", "curp"}, {"I", "c.u.r.p"}, {"I", "citizen's card"}, {"I", "personal no"}, {"I",
		"national no"}, {"I", "nationalid"},
	{"I", "national number"}, {"I", "personal number"}, {"O", "birth"}, {"O", "registr"}, {"O", "other"}, {"O", " id"},
}

// documentType is the kind of a document by the name that a list gives it; empty and false when no word tells it.
func documentType(name string) (string, bool) {
	name = strings.ToLower(squeeze(name))
	for _, w := range documentWords {
		if strings.Contains(name, w.word) {
			return w.kind, true
		}
	}
	return "", false
}

// documentStatus is what the text of a document says is the matter with it; empty when nothing.
func documentStatus(text string) string {
	text = strings.ToLower(text)
	for _, w := range []struct{ word, status string }{
		{"stolen blank", "stolen_blank"}, {"stolen", "stolen"}, {"volé", "stolen"}, {"robado", "stolen"}, {"reported lost", "lost"}, {"lost",
			"lost"},
		{"perdu", "lost"}, {"perdido", "lost"}, {"revoked", "revoked"}, {"cancelled", "revoked"}, {"annulé", "revoked"}, {"invalidated",
			"revoked"},
		{"confiscated", "revoked"}, {"fraudulent", "false"}, {"false", "false"}, {"falsified", "false"}, {"forged", "false"}, {"counterfeit",
			"false"},
		{"faux", "false"}, {"falso", "false"},
	} {
		if strings.Contains(text, w.word) {
			return w.status
		}
	}
	return "held"
}
