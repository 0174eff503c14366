package main

import (
	"bytes"
	"crypto/rand"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/receipt"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/seal/qr"
)

const receiptData = "testdata/receipt"

// newReceiptData makes the files that the golden files are about: a receipt, its code in several forms, and files of keys. The private
// key is forgotten.
func newReceiptData(t *testing.T) {
	t.Helper()
	at := time.Date(2026, 11, 21, 8, 30, 0, 0, time.UTC)
	date := func(s string) traveldoc.Date {
		d, err := traveldoc.ParseDate(s)
		require.NoError(t, err)
		return d
	}
	signer, err := receipt.NewSigner(rand.Reader, "almara-air", at.AddDate(0, -1, 0))
	require.NoError(t, err)
	other, err := receipt.NewSigner(rand.Reader, "ponte-land", at.AddDate(0, -1, 0))
	require.NoError(t, err)
	id := uuid.MustParse("0190d4c2-1111-7abc-8def-000000000001")
	sealed, err := signer.Seal("UTO", receipt.Content{
		Crossing: id, Number: "almara-air-000042", Station: "almara-air", Direction: border.Entry, At: at, LocalDate: date("2026-11-21"),
		Document: receipt.DocumentMark(id, "L898902C3"), Status: border.Provisional, Days: 90, Until: date("2027-02-18"),
	}, date("2026-11-21"))
	require.NoError(t, err)
	write := func(name string, data []byte) {
		require.NoError(t, os.WriteFile(filepath.Join(receiptData, name), data, 0o600))
	}
	require.NoError(t, os.MkdirAll(receiptData, 0o750))
	code := receipt.Code(sealed)
	write("code.txt", []byte(code+"\n"))
	write("seal.bin", sealed)
	write("code.png", pictureOf(t, code))
	changed := bytes.Clone(sealed)
	changed[60] ^= 1
	write("changed.bin", changed)
	ended := signer.PublicKey
	ended.From, ended.Until = at.AddDate(-3, 0, 0), at.AddDate(-1, 0, 0)
	for name, list := range map[string][]receipt.PublicKey{"keys.json": {signer.PublicKey, other.PublicKey}, "other.json": {other.PublicKey}, "ended.json": {ended}} {
		file, err := receipt.KeyFile{Keys: list}.JSON()
		require.NoError(t, err)
		write(name, file)
	}
}

func pictureOf(t *testing.T, text string) []byte {
	t.Helper()
	code, err := qr.Draw(text)
	require.NoError(t, err)
	const scale = 4
	side := (code.Size + 2*qr.Quiet) * scale
	img := image.NewGray(image.Rect(0, 0, side, side))
	for y := range side {
		for x := range side {
			if !code.Black(x/scale-qr.Quiet, y/scale-qr.Quiet) {
				img.SetGray(x, y, color.Gray{Y: 255})
			}
		}
	}
	var out bytes.Buffer
	require.NoError(t, png.Encode(&out, img))
	return out.Bytes()
}

func runReceipt(t *testing.T, in string, args ...string) (code int, out, problems string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code = run(t.Context(), append([]string{"receipt", "verify"}, args...), &app{
		In: strings.NewReader(in), Out: &stdout, Err: &stderr, Now: time.Now, Getenv: func(string) string { return "" }, Exit: func(int) {},
	})
	return code, stdout.String(), stderr.String()
}

func TestReceiptVerify(t *testing.T) {
	update := os.Getenv("BMIS_UPDATE_GOLDEN") != ""
	if update {
		newReceiptData(t)
	}
	for name, c := range map[string]struct {
		file, keys, document string
		code                 int
	}{
		"genuine":        {"code.txt", "keys.json", "", exitDone},
		"bytes":          {"seal.bin", "keys.json", "", exitDone},
		"picture":        {"code.png", "keys.json", "", exitDone},
		"document":       {"code.txt", "keys.json", "L898902C3", exitDone},
		"other-document": {"code.txt", "keys.json", "L898902C4", exitFailed},
		"changed":        {"changed.bin", "keys.json", "", exitFailed},
		"no-receipt":     {"keys.json", "keys.json", "", exitFailed},
		"key-unknown":    {"code.txt", "other.json", "", exitKeyUnknown},
		"key-expired":    {"code.txt", "ended.json", "", exitKeyExpired},
	} {
		t.Run(name, func(t *testing.T) {
			args := []string{filepath.Join(receiptData, c.file), "--keys", filepath.Join(receiptData, c.keys)}
			if c.document != "" {
				args = append(args, "--document", c.document)
			}
			code, out, problems := runReceipt(t, "", args...)
			require.Equal(t, c.code, code, problems)
			golden := filepath.Join(receiptData, name+".golden")
			if update {
				require.NoError(t, os.WriteFile(golden, []byte(out), 0o600))
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err)
			require.Equal(t, string(want), out)
			if c.code == exitDone {
				require.Contains(t, out, "result     genuine\n")
			} else {
				require.NotContains(t, out, " genuine\n")
			}
		})
	}
}

func TestReceiptVerifyReadsTheStandardInput(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(receiptData, "code.txt"))
	require.NoError(t, err)
	code, out, problems := runReceipt(t, string(text), "--keys", filepath.Join(receiptData, "keys.json"))
	require.Equal(t, exitDone, code, problems)
	require.Contains(t, out, "almara-air-000042")
}

func TestReceiptVerifyOfFilesThatCannotBeRead(t *testing.T) {
	keys := filepath.Join(receiptData, "keys.json")
	broken := filepath.Join(t.TempDir(), "broken.png")
	require.NoError(t, os.WriteFile(broken, []byte("\x89PNG but no more"), 0o600))
	for want, args := range map[string][]string{
		"missing flags: --keys":        {"x"},
		"no such file":                 {"nowhere", "--keys", keys},
		"public keys: ":                {"-", "--keys", "nowhere"},
		"key file: at byte":            {"-", "--keys", filepath.Join(receiptData, "code.txt")},
		"no picture: expected PNG or ": {broken, "--keys", keys},
	} {
		code, _, problems := runReceipt(t, "", args...)
		require.Equal(t, exitUsage, code, want)
		require.Contains(t, problems, want)
	}
}
