package main

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/mrz"
	"github.com/openbmis/openbmis/traveldoc/picture"
	"github.com/openbmis/openbmis/traveldoc/pki"
	"github.com/openbmis/openbmis/traveldoc/seal"
	"github.com/openbmis/openbmis/traveldoc/seal/barcode"
)

type evisaCommand struct {
	Verify evisaVerifyCommand `cmd:"" help:"Verify the seal of a grant notice with public keys alone, without any connection."`
	Signer evisaSignerCommand `cmd:"" help:"List the certificates of the signer of visa seals, for publication, or revoke one."`
	Keys   evisaKeysCommand   `cmd:"" help:"List the centre's keys that the public portal seals for, or make a new one."`
}

type evisaVerifyCommand struct {
	Input       string   `arg:"" help:"Picture of the notice or of its code (JPEG, PNG, TIFF, JPEG 2000), file of the code's content, or that content as text, base64 or hexadecimal; - is the standard input."`
	Certificate []string `placeholder:"FILE" help:"File of the State's signer certificates, DER or PEM; may be given several times."`
}

// Help is shown by bmis evisa verify --help.
func (evisaVerifyCommand) Help() string {
	return `The verdict says whether the seal was signed by one of the certificates and whether today lies within its days. It cannot say whether the visa
was revoked since: that the State's verification page tells. Exit codes: 0 valid signature and dates, 1 not, 2 wrong use.

Example:

    bmis evisa verify notice.png --certificate signers.pem`
}

// Run prints what the seal states and the verdict.
func (c evisaVerifyCommand) Run(a *app) error {
	certificates, err := readSigners(c.Certificate)
	if err != nil {
		return usageError{err}
	}
	codes, err := c.codes(a)
	if err != nil {
		return err
	}
	for _, data := range codes {
		s, err := seal.ParseAny(data)
		if errors.Is(err, seal.ErrUnknown) || errors.Is(err, seal.ErrNoNC) {
			continue
		}
		if err != nil {
			return fmt.Errorf("the seal cannot be read: %w", err)
		}
		if grants(s) {
			return judgeNotice(a, s, certificates)
		}
	}
	return errors.New("no seal of a visa or travel authorisation was found")
}

// grants reports whether a seal is of a visa or of a travel authorisation.
func grants(s seal.Any) bool {
	return s.VDS != nil && s.VDS.Document() == seal.Visa || s.NC != nil && s.NC.Type == seal.TravelAuthorisation
}

// codes are the contents of the codes of a picture, or the input's own.
func (c evisaVerifyCommand) codes(a *app) ([][]byte, error) {
	data, err := c.input(a)
	if err != nil {
		return nil, err
	}
	if picture.FormatOf(data) == picture.Unknown {
		return [][]byte{plainCode(data)}, nil
	}
	found, err := barcode.Read(data)
	if err != nil {
		return nil, err
	}
	var codes [][]byte
	for _, code := range found {
		codes = append(codes, code.Data)
	}
	return codes, nil
}

// input is the file's content; an argument that names no file is the content itself.
func (c evisaVerifyCommand) input(a *app) (data []byte, err error) {
	if c.Input == "-" {
		data, err = io.ReadAll(io.LimitReader(a.In, maxSealInput+1))
	} else {
		data, err = readBounded(c.Input, maxSealInput)
	}
	switch {
	case err == nil && int64(len(data)) > maxSealInput:
		return nil, usageError{fmt.Errorf("expected at most %d bytes", maxSealInput)}
	case err == nil:
		return data, nil
	case looksLikeCode(c.Input):
		return []byte(c.Input), nil
	case errors.Is(err, fs.ErrNotExist):
		return nil, usageError{errors.New("no such file: expected a picture, a file, or the code's content")}
	}
	return nil, usageError{errors.New(whyUnread(err))}
}

// looksLikeCode reports whether an argument is a code's content, and no mistyped name of a file.
func looksLikeCode(text string) bool {
	_, err := seal.ParseAny(plainCode([]byte(text)))
	return err == nil
}

// plainCode undoes hexadecimal and base64 when that gives a seal.
func plainCode(data []byte) []byte {
	text := strings.Join(strings.Fields(string(data)), "")
	for _, decode := range []func(string) ([]byte, error){
		hex.DecodeString, base64.StdEncoding.DecodeString, base64.RawStdEncoding.DecodeString, base64.URLEncoding.DecodeString, base64.RawURLEncoding.DecodeString,
	} {
		if plain, err := decode(text); err == nil && len(plain) > 0 {
			if _, err := seal.ParseAny(plain); !errors.Is(err, seal.ErrUnknown) && !errors.Is(err, seal.ErrNoNC) {
				return plain
			}
		}
	}
	return data
}

// judgeNotice prints fields, dates and verdict.
func judgeNotice(a *app, s seal.Any, certificates []*pki.Certificate) error {
	judged, today := s.Judge(certificates), traveldoc.DateOf(a.Now())
	from, until := daysOf(s, today)
	dates := "within"
	switch {
	case until.IsZero():
		dates = "not stated"
	case until.Before(today):
		dates = "expired"
	case today.Before(from):
		dates = "not yet"
	}
	var out strings.Builder
	line := func(name, value string) { fmt.Fprintf(&out, "%-18s %s\n", name, value) }
	line("seal", s.Kind())
	for _, f := range s.Fields() {
		for _, part := range strings.Split(harmless(f.Value), "\n") {
			line(f.Name, part)
		}
	}
	line("valid from", from.String())
	line("valid until", until.String())
	line("dates", dates)
	line("signature", string(judged.Verdict)+" ("+string(judged.Reason)+")")
	if judged.Signer != nil {
		line("signer", harmless(judged.Signer.Subject.String()))
	}
	valid := judged.Verdict == traveldoc.Pass && dates == "within"
	line("verdict", map[bool]string{true: "VALID", false: "NOT VALID"}[valid])
	if _, err := io.WriteString(a.Out, out.String()); err != nil {
		return fmt.Errorf("write the result: %w", err)
	}
	if !valid {
		return answer{errors.New("the seal is not valid here and today"), exitFailed}
	}
	return nil
}

// daysOf are the first and last day of a grant as its seal states them. A visa's seal states the last alone.
func daysOf(s seal.Any, today traveldoc.Date) (from, until traveldoc.Date) {
	if text, _, ok := s.MRZ(); ok {
		if zone, err := mrz.Parse(text, today, mrz.Training); err == nil {
			return traveldoc.Date{}, zone.TravelDocument().ExpiryDate
		}
		return from, until
	}
	for _, f := range s.Fields() {
		day, err := traveldoc.ParseDate(f.Value)
		switch {
		case err != nil:
		case f.Name == "dta.vf":
			from = day
		case f.Name == "dta.vu":
			until = day
		}
	}
	return from, until
}

// harmless takes control characters out of what a stranger wrote: a terminal obeys them.
func harmless(text string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && (r < ' ' || r >= 0x7F && r < 0xA0 || r >= 0x200B && r <= 0x200F || r >= 0x202A && r <= 0x202E || r >= 0x2060 && r <= 0x206F) {
			return '·'
		}
		return r
	}, text)
}
