// Package exhibits is the evidence of decisions on screen: what was kept of a travel document, where it is, its images, and what came of
// verifying it again. It must never show an exhibit without an audited purpose, and never let a browser keep one.
package exhibits
