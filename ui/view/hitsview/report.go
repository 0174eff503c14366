package hitsview

import (
	"strings"

	"github.com/openbmis/openbmis/alerts/interpol"
)

// reportOf is the entry of an outside service that a hit is about.
func reportOf(s Screen) (adapter, id string, is bool) {
	if !s.ShowReasons || !strings.HasPrefix(s.Hit.Raise.Check, interpol.CheckPrefix) {
		return "", "", false
	}
	return interpol.Split(s.Hit.Raise.Alert)
}
