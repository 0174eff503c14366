package main

import (
	"bytes"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/openbmis/openbmis/traveldoc/picture"
	"github.com/openbmis/openbmis/traveldoc/pki"
	"github.com/openbmis/openbmis/traveldoc/seal"
	"github.com/openbmis/openbmis/traveldoc/seal/barcode"
)

type sealCommand struct {
	Input  string   `arg:"" help:"Picture of a document or of its code (JPEG, PNG, TIFF, JPEG 2000), file of the code's bytes, or those bytes in hexadecimal; - is the standard input."`
	Signer []string `placeholder:"CERT" help:"File of signers' certificates, DER or PEM; may be given several times."`
}

// Help is shown by bmis seal --help.
func (sealCommand) Help() string {
	return `Visible digital seals (VDS, VDS-NC and ICAO barcodes) in Data Matrix, QR and Aztec codes are read. Every code of the picture gives one
JSON object on one line: header, fields, and the verdict on the signature with its reason. Without the signer's certificate the verdict
is inconclusive. What is no seal has "error" instead; a picture that is refused or shows no code gives one object with "file" and "error".
The exit code is 0 whenever a seal could be read, 1 when there is none, 2 on wrong use, such as a file that cannot be read.

Example:

    bmis seal visa.jpg --signer UTTS.pem`
}

// maxSealInput bounds a file that is read.
var maxSealInput = int64(picture.DefaultLimits().Bytes)

// sealOutput is one line of the answer: of a code, or of an input without any.
type sealOutput struct {
	File      string            `json:"file,omitempty"` // as it was given; absent for bytes in hexadecimal
	Symbology barcode.Symbology `json:"symbology,omitempty"`
	Kind      string            `json:"kind,omitempty"` // "vds", "vds-nc", "icb"
	Document  seal.Document     `json:"document,omitempty"`
	Header    any               `json:"header,omitempty"`
	Fields    []seal.Field      `json:"fields,omitempty"`
	Signature *sealSignature    `json:"signature,omitempty"`
	// Error says why a code is no seal; Data are then its bytes in hexadecimal, or absent when there is no code at all.
	Error string `json:"error,omitempty"`
	Data  string `json:"data,omitempty"`
}

type sealSignature struct {
	seal.Judgement
	Certificate string `json:"certificate,omitempty"` // the signer's subject
}

// Run reads the seals and prints a line for each code.
func (c sealCommand) Run(a *app) error {
	signers, err := readSigners(c.Signer)
	if err != nil {
		return usageError{err}
	}
	codes, file, err := c.codes(a)
	if err != nil {
		return errors.Join(a.printJSON(sealOutput{File: file, Error: err.Error()}), inputError(file, err))
	}
	var refused error
	seals := 0
	for _, code := range codes {
		line, err := readSeal(code, signers)
		if err != nil {
			refused = err
		} else {
			seals++
		}
		line.File = file
		if err := a.printJSON(line); err != nil {
			return fmt.Errorf("write the result: %w", err)
		}
	}
	if seals == 0 {
		return inputError(file, refused)
	}
	return nil
}

// inputError names the file, or that the input was given as bytes, in an error about it.
func inputError(file string, err error) error {
	if file == "" {
		return fmt.Errorf("seal: %w", err)
	}
	return fmt.Errorf("seal %s: %w", file, err)
}

// codes are the bytes of the codes: of a picture those that it shows, otherwise the input's own. file is the input's name; empty for
// bytes in hexadecimal.
func (c sealCommand) codes(a *app) (codes []barcode.Code, file string, err error) {
	data, file, err := c.input(a)
	if err != nil {
		return nil, file, err
	}
	if picture.FormatOf(data) != picture.Unknown {
		codes, err = barcode.Read(data)
		return codes, file, err
	}
	if plain, err := hex.DecodeString(strings.Join(strings.Fields(string(data)), "")); err == nil && len(plain) > 0 {
		data = plain
	}
	return []barcode.Code{{Data: data}}, file, nil
}

// input is the file's content; an argument that names no file is taken for hexadecimal.
func (c sealCommand) input(a *app) (data []byte, file string, err error) {
	if c.Input == "-" {
		data, err = io.ReadAll(io.LimitReader(a.In, maxSealInput+1))
		return data, c.Input, err
	}
	data, err = readBounded(c.Input, maxSealInput)
	if err == nil {
		return data, c.Input, nil
	}
	if plain, notHex := hex.DecodeString(strings.TrimSpace(c.Input)); notHex == nil && len(plain) > 0 {
		return plain, "", nil
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, c.Input, usageError{errors.New("no such file: expected a file or bytes in hexadecimal")}
	}
	return nil, c.Input, usageError{errors.New(whyUnread(err))}
}

func readSeal(code barcode.Code, signers []*pki.Certificate) (sealOutput, error) {
	out := sealOutput{Symbology: code.Symbology}
	parsed, err := seal.ParseAny(code.Data)
	if err != nil {
		out.Error, out.Data = err.Error(), hex.EncodeToString(code.Data[:min(len(code.Data), barcode.MaxData)])
		return out, err
	}
	out.Kind, out.Fields, out.Header = parsed.Kind(), parsed.Fields(), sealHeader(parsed)
	if parsed.VDS != nil {
		out.Document = parsed.VDS.Document()
	}
	out.Signature = &sealSignature{Judgement: parsed.Judge(signers)}
	if signer := out.Signature.Signer; signer != nil {
		out.Signature.Certificate = signer.Subject.String()
	}
	return out, nil
}

// sealHeader is the header of a seal of either kind by the names of the JSON.
func sealHeader(parsed seal.Any) any {
	switch {
	case parsed.VDS != nil:
		h := parsed.VDS.Header
		return map[string]any{
			"version": fmt.Sprintf("%02x", h.Version), "country": h.Country, "signer": h.Signer, "reference": h.Reference,
			"issued": h.Issued, "signed": h.Signed, "type": fmt.Sprintf("%02x%02x", h.Feature, h.Category),
		}
	case parsed.NC != nil:
		n := parsed.NC
		return map[string]any{"type": n.Type, "version": n.Version, "country": n.Issuer, "algorithm": n.Algorithm}
	default:
		i := parsed.ICB
		return map[string]any{"country": i.Country, "signed": i.Date, "reference": hex.EncodeToString(i.Reference)}
	}
}

// readSigners reads certificates, each file one in DER or any number in PEM.
func readSigners(paths []string) ([]*pki.Certificate, error) {
	var out []*pki.Certificate
	for _, path := range paths {
		data, err := readBounded(path, 1<<20)
		if err != nil {
			return nil, fmt.Errorf("signer: %w", err)
		}
		blocks := [][]byte{data}
		if bytes.Contains(data, []byte("-----BEGIN")) {
			blocks = pemBlocks(data)
		}
		if len(blocks) == 0 {
			return nil, fmt.Errorf("signer: %s: expected a certificate in DER or PEM", path)
		}
		for _, der := range blocks {
			certificate, err := pki.ParseCertificate(der)
			if err != nil {
				return nil, fmt.Errorf("signer: %s: %w", path, err)
			}
			out = append(out, certificate)
		}
	}
	return out, nil
}

func pemBlocks(data []byte) [][]byte {
	var out [][]byte
	for {
		block, rest := pem.Decode(data)
		if block == nil {
			return out
		}
		if block.Type == "CERTIFICATE" {
			out = append(out, block.Bytes)
		}
		data = rest
	}
}
