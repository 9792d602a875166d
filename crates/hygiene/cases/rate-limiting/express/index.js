const express = require('express')
const limit = require('express-rate-limit')
express().use(limit({max: 5}))
