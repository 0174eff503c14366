package receipts

import (
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc/seal/qr"
	"github.com/openbmis/openbmis/ui/view/receiptview"
	"github.com/openbmis/openbmis/ui/web"
)

func (h handlers) askVerify(c *web.Context) error {
	keys, err := h.office.Store.Keys(c.Ctx())
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, receiptview.VerifyPage(receiptview.Verification{Keys: len(keys), Post: h.post}))
}

func (h handlers) verify(c *web.Context) error {
	if _, err := c.FormParams(); err != nil { // FormValue alone looks no further than the form that was parsed before
		return problem.New(problem.Invalid, "").Because(err)
	}
	page := receiptview.Verification{Number: strings.TrimSpace(c.FormValue("number")), Post: h.post}
	code, err := codeOf(c)
	if errors.Is(err, qr.ErrNoCode) || errors.Is(err, qr.ErrNoPicture) {
		page.Picture = true
	} else if err != nil {
		return err
	}
	keys, err := h.office.Store.Keys(c.Ctx())
	if err != nil {
		return err
	}
	page.Keys = len(keys)
	if !page.Picture {
		result, err := h.office.Verify(c.Ctx(), c.Actor(), code, page.Number)
		if err != nil {
			return err
		}
		page.Result = &result
	}
	return c.Render(http.StatusOK, receiptview.VerifyPage(page))
}

// codeOf is what was typed or scanned, or else what the picture shows.
func codeOf(c *web.Context) ([]byte, error) {
	if typed := strings.TrimSpace(c.FormValue("code")); typed != "" {
		return []byte(typed), nil
	}
	header, err := c.FormFile("picture")
	if err != nil { // none was sent
		return nil, nil // nothing at all is an unreadable code
	}
	file, err := header.Open()
	if err != nil {
		return nil, problem.New(problem.Invalid, "").Because(err)
	}
	defer func() { _ = file.Close() }() // only read
	picture, err := io.ReadAll(io.LimitReader(file, qr.MaxPicture+1))
	if err != nil {
		return nil, problem.New(problem.Invalid, "").Because(err)
	}
	if len(picture) == 0 {
		return nil, nil
	}
	text, err := qr.Read(picture)
	return []byte(text), err
}
