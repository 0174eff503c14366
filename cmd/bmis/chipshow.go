package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"

	"github.com/openbmis/openbmis/traveldoc/emrtd"
)

type chipShowCommand struct {
	chipFiles `embed:""`
	Portrait  string `placeholder:"FILE" help:"Write the portrait of DG2 to this file, as it stands on the chip."`
}

// Help is shown by bmis chip show --help.
func (chipShowCommand) Help() string {
	return `Each file is read alone; what is odd or broken about it stands in its findings. Nothing is verified: that is bmis chip verify.
What the chip says about its bearer is printed: this is personal data.

Example:

    bmis chip show --dg 1=DG1.bin --dg 2=DG2.bin --portrait portrait.jp2`
}

// chipFile is the JSON of one file. Content is of the type that package emrtd reads; absent when the file cannot be read.
type chipFile struct {
	File     string          `json:"file"`
	Bytes    int             `json:"bytes"`
	Content  any             `json:"content,omitempty"`
	Findings []emrtd.Finding `json:"findings"`
}

// Run prints a line for each file.
func (c chipShowCommand) Run(a *app) error {
	files, err := c.read()
	if err != nil {
		return err
	}
	chip := emrtd.Read(files)
	out := json.NewEncoder(a.Out)
	out.SetEscapeHTML(false)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		file := chipFile{File: name, Bytes: len(files[name]), Content: chipContent(chip, name), Findings: []emrtd.Finding{}}
		for _, f := range chip.Findings {
			if f.File == name {
				file.Findings = append(file.Findings, f)
			}
		}
		if err := out.Encode(file); err != nil {
			return fmt.Errorf("write the files: %w", err)
		}
	}
	return c.writePortrait(chip)
}

func (c chipShowCommand) writePortrait(chip *emrtd.Chip) error {
	if c.Portrait == "" {
		return nil
	}
	if chip.DG2 == nil {
		return errors.New("--portrait: expected a DG2 that can be read")
	}
	portrait, ok := chip.DG2.Portrait()
	if !ok {
		return errors.New("--portrait: DG2 holds no JPEG, JPEG 2000 or PNG")
	}
	if err := os.WriteFile(c.Portrait, portrait.Data, 0o600); err != nil {
		return fmt.Errorf("--portrait: %w", err)
	}
	return nil
}

// chipContent is what a file says; nil when it could not be read. A nil pointer in an interface would be printed as null.
func chipContent(chip *emrtd.Chip, name string) any {
	read := map[string]func() (any, bool){
		"COM": shown(chip.COM), "DG1": shown(chip.DG1), "DG2": shown(chip.DG2), "DG3": shown(chip.DG3), "DG4": shown(chip.DG4),
		"DG5": shown(chip.DG5), "DG7": shown(chip.DG7), "DG11": shown(chip.DG11), "DG12": shown(chip.DG12), "DG13": shown(chip.DG13),
		"DG14": shown(chip.DG14), "DG16": shown(chip.DG16), "SOD": shown(chipSOD(chip.SOD)), "DG15": shown(chipKey(chip.DG15)),
	}[name]
	if read == nil {
		return nil
	}
	content, ok := read()
	if !ok {
		return nil
	}
	return content
}

func shown[T any](content *T) func() (any, bool) {
	return func() (any, bool) { return content, content != nil }
}

// sodShown is what the SOD says, without its signature.
type sodShown struct {
	Version     int      `json:"version"`
	ContentType string   `json:"content_type"`
	Hash        string   `json:"hash"`
	Groups      []int    `json:"groups"`
	LDSVersion  string   `json:"lds_version,omitempty"`
	Signers     []string `json:"signers"` // subjects; empty where no certificate is there
}

func chipSOD(sod *emrtd.SOD) *sodShown {
	if sod == nil {
		return nil
	}
	s := &sodShown{
		Version: sod.Version, ContentType: sod.ContentType, Hash: sod.HashOID, Groups: sod.Groups(),
		LDSVersion: sod.LDSVersion, Signers: []string{},
	}
	if sod.Hash != 0 {
		s.Hash = sod.Hash.String()
	}
	for _, signer := range sod.CMS.Signers {
		subject := ""
		if signer.Certificate != nil {
			subject = signer.Certificate.Subject.String()
		}
		s.Signers = append(s.Signers, subject)
	}
	return s
}

// keyShown is what DG15 says.
type keyShown struct {
	Key string `json:"key"` // "RSA 2048", "ECDSA secp256r1"; empty when it is not supported
}

func chipKey(d *emrtd.DG15) *keyShown {
	switch {
	case d == nil:
		return nil
	case d.Key == nil:
		return &keyShown{}
	case d.Key.RSA != nil:
		return &keyShown{fmt.Sprintf("RSA %d", d.Key.RSA.N.BitLen())}
	}
	return &keyShown{"ECDSA " + d.Key.Curve}
}
