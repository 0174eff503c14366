// Package page draws the pages of specimen documents: data page, card, visa sticker, each under white, infrared and ultraviolet light,
// with a drawn portrait that is nobody's. It exists so that the reading of pages can be tested and shown without a real document.
// Every page says that it is a specimen of Utopia; nothing here may ever draw one that does not.
package page
