package trustdb

import (
	"slices"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/trust"
)

// sameVouch says whether two sources are the same one speaking: the same signer's list at another date, or the same unsigned file.
func sameVouch(a, b trust.Source) bool {
	if a.Signer != "" || b.Signer != "" {
		return a.Signer == b.Signer && a.Country == b.Country && a.Origin == b.Origin
	}
	return a.List == b.List && a.Origin == b.Origin
}

// weight orders verdicts on a list's signature by what they are worth.
func weight(v traveldoc.Verdict) int {
	switch v {
	case traveldoc.Pass:
		return 2
	case traveldoc.Fail:
		return 0
	case traveldoc.NotDone, traveldoc.Inconclusive:
	}
	return 1
}

// mergeSources adds what vouches for an item to what did before, and says whether that changes anything. A newer list of the same signer
// takes the place of the older one; what is worth less than what is known changes nothing. The first list is not changed.
func mergeSources(have, more []trust.Source) (out []trust.Source, changed bool) {
	out = slices.Clone(have)
	for _, m := range more {
		i := slices.IndexFunc(out, func(h trust.Source) bool { return sameVouch(h, m) })
		switch {
		case i < 0:
			out, changed = append(out, m), true
		case m.Signer == "" && out[i].Verified != traveldoc.Fail: // a certificate that is published already verifies by itself
		case weight(m.Verified) > weight(out[i].Verified), weight(m.Verified) == weight(out[i].Verified) && m.Date.After(out[i].Date):
			out[i], changed = m, true
		}
	}
	return out, changed
}

// without takes the sources away that an item has from older lists of the signer, unless they are worth more than the new list.
func without(have []trust.Source, list trust.Source) (out []trust.Source, changed bool) {
	for _, h := range have {
		if h.Signer == list.Signer && h.Country == list.Country && list.Date.After(h.Date) && weight(list.Verified) >= weight(h.Verified) {
			changed = true
			continue
		}
		out = append(out, h)
	}
	return out, changed
}
