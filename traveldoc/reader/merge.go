package reader

import (
	"bytes"
	"maps"
)

// Merge is both readings of one document: what the later one has goes before the same of the earlier. Neither is changed; either may
// be nil.
func Merge(earlier, later *Reading) *Reading {
	switch {
	case earlier == nil:
		return later
	case later == nil:
		return earlier
	}
	all := *later
	if all.MRZ == "" {
		all.MRZ, all.Zone = earlier.MRZ, earlier.Zone
	}
	all.Values = merged(earlier.Values, later.Values, func(a, b Value) bool { return a.Field == b.Field && a.Source == b.Source })
	all.Images = merged(earlier.Images, later.Images, func(a, b Image) bool { return a.Light == b.Light && a.Page == b.Page })
	all.Barcodes = merged(earlier.Barcodes, later.Barcodes, func(a, b Barcode) bool {
		return a.Symbology == b.Symbology && string(a.Data) == string(b.Data)
	})
	all.Authenticity = merged(earlier.Authenticity, later.Authenticity, func(a, b Authenticity) bool {
		return a.Feature == b.Feature && a.Light == b.Light && a.Page == b.Page
	})
	all.Chip = mergedChip(earlier.Chip, later.Chip)
	return &all
}

func merged[T any](earlier, later []T, same func(a, b T) bool) []T {
	all := append([]T(nil), later...)
next:
	for _, e := range earlier {
		for _, l := range later {
			if same(e, l) {
				continue next
			}
		}
		all = append(all, e)
	}
	return all
}

// mergedChip never mixes the files of two chips: files of a reading that has an SOD stand alone. What a device found wrong with the chip
// before stays found, unless another chip took its place.
func mergedChip(earlier, later *Chip) *Chip {
	switch {
	case earlier == nil:
		return later
	case later == nil:
		return earlier
	case later.Files["SOD"] != nil && earlier.Files["SOD"] != nil && !bytes.Equal(later.Files["SOD"], earlier.Files["SOD"]):
		all := *later
		all.Differed = earlier.Differed + later.Differed + 1
		return &all
	}
	all := *later
	alone := later.Files["SOD"] != nil
	if !alone {
		all.Files = unite(earlier.Files, later.Files)
	}
	if all.Active == nil && !alone { // a copy of the files must not inherit the chip's answer
		all.Active = earlier.Active
	}
	if all.Access == "" {
		all.Access = earlier.Access
	}
	all.ChipAuthentication = worse(earlier.ChipAuthentication, later.ChipAuthentication, alone)
	all.PACECAM = worse(earlier.PACECAM, later.PACECAM, alone)
	all.Differed = earlier.Differed + later.Differed
	all.Unread = unite(earlier.Unread, later.Unread)
	maps.DeleteFunc(all.Unread, func(name, _ string) bool { return all.Files[name] != nil })
	if len(all.Unread) == 0 {
		all.Unread = nil
	}
	return &all
}

// worse is Error over OK over WasNotDone. Of a chip that was read again by itself, only what was wrong goes on.
func worse(earlier, later Result, alone bool) Result {
	if alone && earlier != Error {
		return later
	}
	return max(earlier, later)
}

// unite is both, the later's before the same of the earlier; nil when both are empty.
func unite[V any](earlier, later map[string]V) map[string]V {
	if len(earlier)+len(later) == 0 {
		return nil
	}
	all := make(map[string]V, len(earlier)+len(later))
	maps.Copy(all, earlier)
	maps.Copy(all, later)
	return all
}
