import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deceitIn } from '../../../src/issuance/common-name-host.ts';

const SIGNS = 'a host in it has signs in place of letters, digits, hyphens or dots';

describe('a host within a common name', () => {
  it('is deceit where its letters and digits are signs that are read as them', () => {
    for (const commonName of [
      '𝗽𝗮𝘆𝗽𝗮𝗹.com',
      'ｐａｙｐａｌ.com',
      'ⓟⓐⓨⓟⓐⓛ.com',
      '🅟🅐🅨🅟🅐🅛.com',
      '🅿🅰🆈🅿🅰🅻.com',
      'p\u20ddaypal.com',
      'oﬃce.com',
      'paypal².com',
      'pªypal.com',
      'ⅽⅰⅴⅰⅽ.com',
      'faceboo\u212a.com',
      'ſite.com',
      'paypal.ⅽom',
      '𝐛ücher.рф',
      '*.𝗽𝗮𝘆𝗽𝗮𝗹.com',
      '＊.paypal.com',
      '１０.0.0.1',
      '𝟏𝟗𝟐.𝟎.𝟐.𝟏',
    ]) {
      assert.equal(deceitIn(commonName), SIGNS, commonName);
    }
  });

  it('is deceit where its dots and hyphens are signs that are read as them', () => {
    const dots = ['\u3002', '\uff61', '\uff0e', '\u2024', '\ufe52', '\ua4f8', '\u0702'];
    for (const dot of dots) assert.equal(deceitIn(`paypal${dot}com`), SIGNS, dot);
    assert.equal(deceitIn('bücher\u3002example'), SIGNS);
    for (const hyphen of ['\u2010', '\u2011', '\u2013', '\u2212', '\uff0d']) {
      assert.equal(deceitIn(`pay${hyphen}pal.com`), SIGNS, hyphen);
    }
  });

  it('is looked for in addresses of pages and mailboxes, whatever signs part them', () => {
    for (const commonName of [
      'https://𝗽𝗮𝘆𝗽𝗮𝗹.com/login',
      'https：／／paypal．com／login',
      'admin＠ｐａｙｐａｌ.com',
      'login (𝓅aypal.com)',
      '…𝗽𝗮𝘆𝗽𝗮𝗹.com…',
      '-𝗽𝗮𝘆𝗽𝗮𝗹.com-',
    ]) {
      assert.equal(deceitIn(commonName), SIGNS, commonName);
    }
  });

  it('is a homograph whatever signs it is written with', () => {
    for (const commonName of [
      '𝛂𝛊.com',
      'xn--80ak6aa92e.com',
      'XN--80ak6aa92e.com',
      '..аррӏе.com--',
    ]) {
      const words = 'a label looks as if it were written in ASCII letters';
      assert.equal(deceitIn(commonName), words, commonName);
    }
  });

  it('is none where people write it so', () => {
    for (const commonName of [
      'paypal.com',
      'web_1.Example.org',
      'BÜCHER.example',
      'Mu\u0308ller.Anna',
      'Ops – web.example.org',
      'example.org／login',
      '…example.org…',
      '（example.org）の管理者。',
      '日本.東京。',
      'ﾔﾏﾀﾞ.ﾀﾛｳ',
      'บจก.สำราญ',
      'Booking.com™',
      'O´Connor.Anna',
    ]) {
      assert.equal(deceitIn(commonName), undefined, commonName);
    }
  });

  it('is none in names of organisations and persons, abbreviations, versions and dates', () => {
    for (const commonName of [
      'Müller & Söhne',
      '日本 CA 2',
      'Ops (prod)',
      'A–B',
      'ＮＴＴドコモ',
      'Ｊ．フロント リテイリング株式会社',
      'モーニング娘。',
      'Foo Inc.™',
      'M.ª José',
      'Ludwig Ⅳ.',
      '㈱日立',
      'No.① CA',
      'CA ２．１０',
      '２０２６．１１．２８',
      'a…b',
    ]) {
      assert.equal(deceitIn(commonName), undefined, commonName);
    }
  });

  it('is looked for in steps in proportion to the text', () => {
    const started = performance.now();
    for (const sign of ['-', '.', 'a-', '．', 'a.', '*']) deceitIn(`a${sign.repeat(60_000)}!`);
    assert.ok(performance.now() - started < 10_000);
  });
});
