package pnrgov

import apipnr "github.com/openbmis/openbmis/api_pnr"

// sameState compares two codes of a State with the same document number: they are equal, one is not said, or one has two letters and the
// other three that begin alike (KR and KOR).
func sameState(a, b string) bool {
	return a == b || a == "" || b == "" || len(a) != len(b) && a[0] == b[0]
}

// complete takes what another text about the same document knows more.
func complete(k *apipnr.Document, d apipnr.Document) {
	if k.Issuer == "" {
		k.Issuer = d.Issuer
	}
	if k.Type == "" {
		k.Type = d.Type
	}
	if k.Expiry.IsZero() {
		k.Expiry = d.Expiry
	}
	if k.Issued.IsZero() {
		k.Issued = d.Issued
	}
	if k.IssuePlace == "" {
		k.IssuePlace = d.IssuePlace
	}
}
