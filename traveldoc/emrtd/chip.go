package emrtd

import (
	"maps"
	"slices"
)

// Chip is what the files of a chip say. What is not there, or broken, is nil; Findings say which are broken.
type Chip struct {
	COM      *COM
	SOD      *SOD
	DG1      *DG1
	DG2      *DG2
	DG3      *BiometricGroup
	DG4      *BiometricGroup
	DG5      *Images
	DG7      *Images
	DG11     *DG11
	DG12     *DG12
	DG13     *Raw
	DG14     *SecurityInfos
	DG15     *DG15
	DG16     *DG16
	Findings []Finding
}

// Read parses every file alone, by its short name ("COM", "SOD", "DG1" to "DG16"; others are left alone). It never fails: a file that
// cannot be read is a finding.
func Read(files map[string][]byte) *Chip {
	c := &Chip{}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		parse := c.parser(name)
		if parse == nil {
			continue
		}
		found, err := parse(files[name])
		if err != nil {
			found = []Finding{{name, Malformed, err.Error()}}
		}
		c.Findings = append(c.Findings, found...)
	}
	return c
}

// parser is what reads the file of that name into the chip; nil when nothing does.
func (c *Chip) parser(name string) func([]byte) ([]Finding, error) {
	return map[string]func([]byte) ([]Finding, error){
		FileCOM:    into(&c.COM, ParseCOM, func(f *COM) []Finding { return f.Findings }),
		FileSOD:    into(&c.SOD, ParseSOD, func(f *SOD) []Finding { return f.Findings }),
		FileDG(1):  into(&c.DG1, ParseDG1, func(f *DG1) []Finding { return f.Findings }),
		FileDG(2):  into(&c.DG2, ParseDG2, func(f *DG2) []Finding { return f.Findings }),
		FileDG(3):  into(&c.DG3, ParseDG3, func(f *BiometricGroup) []Finding { return f.Findings }),
		FileDG(4):  into(&c.DG4, ParseDG4, func(f *BiometricGroup) []Finding { return f.Findings }),
		FileDG(5):  into(&c.DG5, ParseDG5, func(f *Images) []Finding { return f.Findings }),
		FileDG(7):  into(&c.DG7, ParseDG7, func(f *Images) []Finding { return f.Findings }),
		FileDG(11): into(&c.DG11, ParseDG11, func(f *DG11) []Finding { return f.Findings }),
		FileDG(12): into(&c.DG12, ParseDG12, func(f *DG12) []Finding { return f.Findings }),
		FileDG(13): into(&c.DG13, ParseDG13, func(f *Raw) []Finding { return f.Findings }),
		FileDG(14): into(&c.DG14, ParseDG14, func(f *SecurityInfos) []Finding { return f.Findings }),
		FileDG(15): into(&c.DG15, ParseDG15, func(f *DG15) []Finding { return f.Findings }),
		FileDG(16): into(&c.DG16, ParseDG16, func(f *DG16) []Finding { return f.Findings }),
	}[name]
}

// into is a parser that keeps what it read.
func into[T any](to **T, parse func([]byte) (*T, error), findings func(*T) []Finding) func([]byte) ([]Finding, error) {
	return func(data []byte) ([]Finding, error) {
		read, err := parse(data)
		if err != nil {
			return nil, err
		}
		*to = read
		return findings(read), nil
	}
}
