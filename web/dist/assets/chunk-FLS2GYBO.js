import{c as o,i as n}from"./chunk-VUAA6W65.js";var t=o(null);function a(){let e=n(t);if(!e)throw new Error("no session around this");return e}export{t as a,a as b};
