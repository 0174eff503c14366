package reader

import "maps"

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

// mergedChip never mixes the files of two chips: files of a reading that has an SOD stand alone.
func mergedChip(earlier, later *Chip) *Chip {
	if earlier == nil || later != nil && later.Files["SOD"] != nil {
		return later
	}
	if later == nil {
		return earlier
	}
	all := *earlier
	all.Files = maps.Clone(earlier.Files)
	if all.Files == nil {
		all.Files = map[string][]byte{}
	}
	maps.Copy(all.Files, later.Files)
	if later.Active != nil {
		all.Active = later.Active
	}
	return &all
}
