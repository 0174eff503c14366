package visanotice

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"image/png"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/issue"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/postgres/visadb"
	"github.com/openbmis/openbmis/traveldoc/seal/barcode"
	"github.com/openbmis/openbmis/ui/assets"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view/visanoticeview"
	"github.com/openbmis/openbmis/ui/web"
)

// Press makes a PDF of a whole document; pdfprint.Printer does.
type Press interface {
	Available() bool
	Print(ctx context.Context, html string) ([]byte, error)
}

// Register shows visas; *visadb.Register does, and audits it.
type Register interface {
	Show(ctx context.Context, number evisa.Number, entry audit.Entry) (visadb.Shown, error)
	Numbers(ctx context.Context, application uuid.UUID) ([]evisa.Number, error)
}

// Options are what Notices is made of.
type Options struct {
	Register Register
	Signer   *issue.Signer
	Policy   evisa.Policy
	Press    Press
	// Address is where others may ask whether a visa is valid; empty: nowhere.
	Address string
	// Place is the name of a post for people; nil: its id is.
	Place func(id string) string
}

// Notices makes notices. It is safe for concurrent use.
type Notices struct {
	Options
	texts *text.Catalogue
	style string
}

// New makes it.
func New(o Options) (*Notices, error) {
	files, err := assets.New()
	if err != nil {
		return nil, fmt.Errorf("notices of visas: %w", err)
	}
	texts, err := text.Load()
	if err != nil {
		return nil, fmt.Errorf("notices of visas: %w", err)
	}
	if o.Place == nil {
		o.Place = func(id string) string { return id }
	}
	return &Notices{Options: o, texts: texts, style: style(files)}, nil
}

// Print is the notice of a visa in force as PDF, in a language and English.
func (n *Notices) Print(ctx context.Context, v evisa.Visa, language string) ([]byte, error) {
	html, err := n.HTML(ctx, v, language)
	if err != nil {
		return nil, err
	}
	return n.Press.Print(ctx, html)
}

// HTML is the notice as a whole document.
func (n *Notices) HTML(ctx context.Context, v evisa.Visa, language string) (string, error) {
	sheet, err := n.sheet(v, language)
	if err != nil {
		return "", err
	}
	var document strings.Builder
	if err := visanoticeview.Document(sheet, n.style).Render(ctx, &document); err != nil {
		return "", fmt.Errorf("notice of a visa: %w", err)
	}
	return document.String(), nil
}

// PDF is the notice of a visa as it is now. The look is audited.
func (n *Notices) PDF(ctx context.Context, number evisa.Number, entry audit.Entry) ([]byte, error) {
	s, err := n.Register.Show(ctx, number, entry)
	if err != nil {
		return nil, err
	}
	return n.Print(ctx, s.Visa, s.Language)
}

// perModule is how long the side of a module of a code is, in px of CSS: three whole ones (0.8 mm) are read from a picture of a screen, and
// from a print of any quality.
const perModule = 3

func (n *Notices) sheet(v evisa.Visa, language string) (visanoticeview.Sheet, error) {
	made, err := n.Signer.Seal(v)
	if err != nil {
		return visanoticeview.Sheet{}, err
	}
	code, side, err := picture(made)
	if err != nil {
		return visanoticeview.Sheet{}, err
	}
	s := visanoticeview.Sheet{Visa: v, State: n.Policy.State, Code: code, Side: side, Address: n.Address}
	if made.Zone != "" {
		s.Zone = strings.Split(made.Zone, "\n")
	}
	s.Type, _ = n.Policy.Type(v.Type) // a type that the policy has no more is named by its code
	for _, code := range v.Conditions {
		c, known := n.Policy.Condition(code)
		if !known {
			c = evisa.Coded{Code: code, Words: map[string]string{"en": code}}
		}
		s.Conditions = append(s.Conditions, c)
	}
	for _, id := range v.Ports {
		s.Ports = append(s.Ports, n.Place(id))
	}
	for _, l := range []text.Language{text.Match(language), text.Match("en")} {
		if len(s.Languages) == 0 || s.Languages[0].Language() != l {
			s.Languages = append(s.Languages, n.texts.Printer(l).In(time.UTC))
		}
	}
	return s, nil
}

// picture is the code as a data URL, one pixel a module, and the length of its side in print.
func picture(made issue.Seal) (address string, side int, err error) {
	img, err := barcode.Draw(made.Symbology, made.Data, 1)
	if err != nil {
		return "", 0, fmt.Errorf("code of a visa: %w", err)
	}
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		return "", 0, fmt.Errorf("code of a visa: %w", err)
	}
	return "data:image/png;base64," + base64.StdEncoding.EncodeToString(out.Bytes()), perModule * img.Bounds().Dx(), nil
}

// style is the notice's style sheet with its fonts in it, for a document that fetches nothing.
func style(files *assets.Assets) string {
	var b strings.Builder
	for _, font := range []struct{ family, file, weight string }{
		{"Noto Sans", "noto-sans-latin-400-normal.woff2", "400"}, {"Noto Sans", "noto-sans-latin-700-normal.woff2", "700"},
		{"Noto Sans Extended", "noto-sans-latin-ext-400-normal.woff2", "400"}, {"Noto Sans Extended", "noto-sans-latin-ext-700-normal.woff2", "700"},
		{"Noto Sans Arabic", "noto-sans-arabic-arabic-400-normal.woff2", "400"}, {"Noto Sans Arabic", "noto-sans-arabic-arabic-700-normal.woff2", "700"},
	} {
		fmt.Fprintf(&b, `@font-face{font-family:"%s";font-weight:%s;src:url("data:font/woff2;base64,%s") format("woff2")}`,
			font.family, font.weight, base64.StdEncoding.EncodeToString(files.Content(font.file)))
	}
	b.WriteString("body{margin:0}")
	b.WriteString(strings.ReplaceAll(string(files.Content(visanoticeview.Style)), `"Noto Sans", `, `"Noto Sans", "Noto Sans Extended", `))
	return b.String()
}

// Path is where the notice of a visa is seen: the n-th of an application, counted from 1. The visa's number stands in no address.
func Path(application uuid.UUID, n int) string {
	return "/visa-notices/" + application.String() + "?n=" + strconv.Itoa(n)
}

// Handle adds the pages to the server.
func (n *Notices) Handle(s *web.Server) {
	s.Handle(http.MethodGet, "/visa-notices/:id", auth.VisasWork, n.show)
	s.Handle(http.MethodGet, "/visa-notices/:id/pdf", auth.VisasWork, n.file)
}

// shown is the visa that the address names, and which of its application's it is. The look is audited.
func (n *Notices) shown(c *web.Context) (s visadb.Shown, which int, err error) {
	application, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return s, 0, visadb.ErrUnknown.Because(err)
	}
	numbers, err := n.Register.Numbers(c.Ctx(), application)
	if err != nil {
		return s, 0, err
	}
	if which, err = strconv.Atoi(c.QueryParam("n")); err != nil || which < 1 || which > len(numbers) {
		return s, 0, visadb.ErrUnknown
	}
	number := numbers[which-1]
	entry := c.Actor().Entry(c.Now(), audit.Consultation, "visa", application.String())
	entry.Purpose = "visa"
	s, err = n.Register.Show(c.Ctx(), number, entry)
	return s, which, err
}

func (n *Notices) show(c *web.Context) error {
	s, which, err := n.shown(c)
	if err != nil {
		return err
	}
	p := visanoticeview.Page{CanPDF: n.Press.Available(), Number: s.Number, Ended: s.Standing != evisa.InForce, Which: which}
	p.Visa = s.Visa
	if !p.Ended {
		if p.Sheet, err = n.sheet(s.Visa, s.Language); err != nil {
			return err
		}
	}
	return c.Render(http.StatusOK, visanoticeview.Show(p))
}

func (n *Notices) file(c *web.Context) error {
	s, _, err := n.shown(c) // which of the application's it is does not matter for the file
	if err != nil {
		return err
	}
	made, err := n.Print(c.Ctx(), s.Visa, s.Language)
	if err != nil {
		return err
	}
	c.Response().Header().Set("Content-Disposition", `inline; filename="visa-notice.pdf"`)
	return c.Blob(http.StatusOK, "application/pdf", made)
}
