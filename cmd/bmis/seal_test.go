package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/seal"
	"github.com/openbmis/openbmis/traveldoc/seal/barcode"
)

// sealedVisa is a visa's seal and the file of its signer's certificate.
func sealedVisa(t *testing.T) (sealed []byte, certificate string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(0x2A), Subject: pkix.Name{Country: []string{"UT"}, CommonName: "TS"},
		NotBefore: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2040, 1, 1, 0, 0, 0, 0, time.UTC),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	certificate = filepath.Join(t.TempDir(), "signer.pem")
	require.NoError(t, os.WriteFile(certificate, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	day, err := traveldoc.ParseDate("2026-03-01")
	require.NoError(t, err)
	visa := seal.VisaContent{
		MRZ:     "VCUTODOE<<JANE<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<\nL898902C<3UTO6908061F9406236<<<<<<<<<<<<<<<<",
		Entries: 1, Days: 30, PassportNumber: "L898902C",
	}
	messages, err := visa.Messages()
	require.NoError(t, err)
	sealed, err = seal.Sign(key, visa.Header(seal.Header{Country: "UTO", Signer: "UTTS", Reference: "2A", Issued: day, Signed: day}), messages)
	require.NoError(t, err)
	return sealed, certificate
}

// scannedPage is a page with a seal and a QR code of something else.
func scannedPage(t *testing.T, sealed []byte) string {
	t.Helper()
	page := image.NewRGBA(image.Rect(0, 0, 1000, 700))
	draw.Draw(page, page.Rect, image.NewUniform(color.White), image.Point{}, draw.Src)
	for at, data := range map[image.Point][]byte{{X: 620, Y: 300}: sealed, {X: 60, Y: 60}: []byte("https://utopia.example/visa")} {
		kind := barcode.QR
		if data[0] == 0xDC {
			kind = barcode.DataMatrix
		}
		code, err := barcode.Draw(kind, data, 4)
		require.NoError(t, err)
		draw.Draw(page, code.Rect.Add(at), code, image.Point{}, draw.Src)
	}
	var out bytes.Buffer
	require.NoError(t, png.Encode(&out, page))
	path := filepath.Join(t.TempDir(), "page.png")
	require.NoError(t, os.WriteFile(path, out.Bytes(), 0o600))
	return path
}

type sealLine struct {
	File, Symbology, Kind, Document, Error, Data string
	Header                                       map[string]any
	Fields                                       []struct{ Name, Value string }
	Signature                                    struct{ Verdict, Reason, Certificate string }
}

func runSeal(t *testing.T, in string, args ...string) (code int, lines []sealLine, errors string) {
	t.Helper()
	var out, problems bytes.Buffer
	code = run(context.Background(), append([]string{"seal"}, args...), &app{
		In: strings.NewReader(in), Out: &out, Err: &problems, Now: time.Now, Getenv: func(string) string { return "" }, Exit: func(int) {},
	})
	for decoder := json.NewDecoder(&out); decoder.More(); {
		var line sealLine
		require.NoError(t, decoder.Decode(&line))
		lines = append(lines, line)
	}
	return code, lines, problems.String()
}

func TestSealOfAPageIsReadAndVerified(t *testing.T) {
	sealed, certificate := sealedVisa(t)
	page := scannedPage(t, sealed)
	code, lines, _ := runSeal(t, "", page, "--signer", certificate)
	require.Zero(t, code)
	require.Len(t, lines, 2)
	visa, other := lines[0], lines[1]
	require.Equal(t, []string{page, page}, []string{visa.File, other.File})
	if visa.Symbology != "datamatrix" {
		visa, other = other, visa
	}
	require.Equal(t, "vds", visa.Kind)
	require.Equal(t, "visa", visa.Document)
	require.Equal(t, map[string]any{
		"version": "03", "country": "UTO", "signer": "UTTS", "reference": "2A", "issued": "2026-03-01", "signed": "2026-03-01", "type": "5d01",
	}, visa.Header)
	require.Equal(t, "passport_number", visa.Fields[3].Name)
	require.Equal(t, "L898902C", visa.Fields[3].Value)
	require.Equal(t, "pass", visa.Signature.Verdict)
	require.Equal(t, "C=UT, CN=TS", visa.Signature.Certificate)
	require.Contains(t, other.Error, "no seal")
	require.Equal(t, hex.EncodeToString([]byte("https://utopia.example/visa")), other.Data)
}

func TestSealOfBytes(t *testing.T) {
	sealed, certificate := sealedVisa(t)
	for name, c := range map[string]struct {
		in   string
		args []string
		want string
	}{
		"argument":       {"", []string{hex.EncodeToString(sealed)}, "no_certificate"},
		"standard input": {hex.EncodeToString(sealed) + "\n", []string{"-", "--signer", certificate}, "signed"},
		"raw":            {string(sealed), []string{"-", "--signer", certificate}, "signed"},
	} {
		code, lines, problems := runSeal(t, c.in, c.args...)
		require.Zero(t, code, problems)
		require.Equal(t, c.want, lines[0].Signature.Reason, name)
	}
	sealed[40] ^= 1
	_, lines, _ := runSeal(t, "", hex.EncodeToString(sealed), "--signer", certificate)
	require.Equal(t, "fail", lines[0].Signature.Verdict)
}

func TestSealThatIsNoneSaysSo(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "empty.png")
	var out bytes.Buffer
	require.NoError(t, png.Encode(&out, image.NewGray(image.Rect(0, 0, 100, 100))))
	require.NoError(t, os.WriteFile(empty, out.Bytes(), 0o600))
	broken := filepath.Join(t.TempDir(), "broken.png")
	require.NoError(t, os.WriteFile(broken, out.Bytes()[:40], 0o600))
	text := filepath.Join(t.TempDir(), "note.txt")
	require.NoError(t, os.WriteFile(text, []byte("a note"), 0o600))
	folder := t.TempDir()
	for name, c := range map[string]struct {
		args []string
		code int
		file string
		says string
	}{
		"a picture without": {[]string{empty}, exitFailed, empty, "no Data Matrix, QR or Aztec code"},
		"a broken picture":  {[]string{broken}, exitFailed, broken, "image"},
		"a text":            {[]string{text}, exitFailed, text, "expected the bytes DC 02"},
		"no seal":           {[]string{"0102"}, exitFailed, "", "expected the bytes DC 02"},
		"standard input":    {[]string{"-"}, exitFailed, "-", "expected"},
		"no file":           {[]string{"nothing.png"}, exitUsage, "nothing.png", "expected a file or bytes in hexadecimal"},
		"a folder":          {[]string{folder}, exitUsage, folder, "expected a file, found a directory"},
	} {
		code, lines, problems := runSeal(t, "", c.args...)
		require.Equal(t, c.code, code, name)
		require.Contains(t, problems, c.says, name)
		require.Len(t, lines, 1, name)
		require.Equal(t, c.file, lines[0].File, name)
		require.Contains(t, lines[0].Error, c.says, name)
		require.NotContains(t, lines[0].Error, folder, name)
	}
	code, lines, problems := runSeal(t, "", "dc03", "--signer", empty)
	require.Equal(t, exitUsage, code)
	require.Contains(t, problems, "signer")
	require.Empty(t, lines)
}
