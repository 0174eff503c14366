package names

import "strings"

// regrouped is a reading with names that are one although they are written apart put together (ABD AL RAHMAN, NUR EDDIN, ABU BAKR), and
// with the article that is written to a known name taken off (ALHASAN); false where there is none. The joined name is spelled as its class
// is, so that it is found by all its spellings.
func regrouped(r Reading) (Reading, bool) {
	var out []Token
	for i := 0; i < len(r.Tokens); {
		token, n := compoundAt(r.Tokens[i:])
		rest := ""
		if n == 0 {
			rest = withoutArticle(r.Tokens[i].Text)
		}
		if out == nil && (n > 0 || rest != "") {
			out = append(make([]Token, 0, len(r.Tokens)+1), r.Tokens[:i]...)
		}
		switch {
		case n > 0:
			out = append(out, token)
			i += n
			continue
		case rest != "":
			token = r.Tokens[i]
			token.Text = rest
			out = append(out, Token{Text: "AL", Role: token.Role, Particle: true}, token)
		case out != nil:
			out = append(out, r.Tokens[i])
		}
		i++
	}
	r.Tokens, r.Loss = out, min(1, r.Loss+0.05)
	return r, out != nil
}

// compoundAt finds a name of several tokens at the start of tokens; n is how many they are, 0 where there is none. It is looked for only
// where a word of descent, an article, ABD, ALLAH or DIN says that there may be one.
func compoundAt(tokens []Token) (joined Token, n int) {
	c := classes()
	switch {
	case len(tokens) >= 3 && article(tokens[1].Text) && (!tokens[0].Particle || tokens[0].Text == "ABU"):
		if text := c.joined(tokens[0].Text, "AL", tokens[2].Text); text != "" {
			return Token{Text: text, Role: tokens[0].Role}, 3
		}
	case len(tokens) < 2:
		return Token{}, 0
	}
	switch first, next := c.of[tokens[0].Text], c.of[tokens[1].Text]; {
	case first != 0 && (first == c.abd || first == c.abu):
	case next != 0 && (next == c.allah || next == c.din):
	default:
		return Token{}, 0
	}
	for _, between := range [...]string{"", "AL"} {
		if text := c.joined(tokens[0].Text, between, tokens[1].Text); text != "" {
			return Token{Text: text, Role: tokens[0].Role}, 2
		}
	}
	return Token{}, 0
}

// joined is the usual spelling of the name that two parts are together, each in the usual spelling of its class; empty where no class has
// it.
func (t *classTable) joined(first, between, second string) string {
	var room [64]byte
	text := append(append(append(room[:0], t.usual(first)...), between...), t.usual(second)...)
	if class := t.of[string(text)]; class != 0 {
		return t.first[class-1]
	}
	return ""
}

// usual is the usual spelling of a token; itself where no class has it.
func (t *classTable) usual(token string) string {
	if class := t.of[token]; class != 0 {
		return t.first[class-1]
	}
	return token
}

// withoutArticle is a known name that the Arabic article is written to, without it; empty where it is something else.
func withoutArticle(token string) string {
	if len(token) < 6 || !strings.HasPrefix(token, "AL") && !strings.HasPrefix(token, "EL") {
		return ""
	}
	if c := classes(); c.of[token] == 0 && c.of[token[2:]] != 0 {
		return token[2:]
	}
	return ""
}
